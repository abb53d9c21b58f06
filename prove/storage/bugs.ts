import type { Patch } from '../planted/bugs.ts';

/** A mistake that is easily made in storage, and that the histories must find. */
export interface StorageBug {
  readonly name: string;
  readonly patches: readonly Patch[];
}

const STORE = 'functions/storage';

/** Planted by `npm run prove -- storage --planted`, each in a copy of the sources. */
export const STORAGE_BUGS: readonly StorageBug[] = [
  {
    name: 'the directory is flipped without its fence',
    patches: [
      {
        file: `${STORE}/dynamo-move-directory.ts`,
        find: "condition: '#place.placementId = :from AND #moves = :moves AND #state = :kept',",
        put: "condition: 'attribute_exists(pk) AND :from <> :kept AND :moves >= :moves AND #state <> :from',",
      },
      {
        file: `${STORE}/dynamo-move-directory.ts`,
        find: '      discarding(was.from, dueAt),\n',
        put: '',
      },
    ],
  },
  {
    name: 'an object that is gone is counted off twice',
    patches: [
      {
        file: `${STORE}/dynamo-placements.ts`,
        find: "{ delete: placementKey(nodeId, placementId), condition: { expression: 'attribute_exists(pk)' } },",
        put: '{ delete: placementKey(nodeId, placementId) },',
      },
    ],
  },
  {
    name: 'space is reserved without the condition on the quota',
    patches: [
      {
        file: `${STORE}/reserve-space.ts`,
        find: "    condition: fits('limitBytes'),",
        put: "    condition: 'attribute_exists(limitBytes) AND :limit >= :room',",
      },
    ],
  },
  {
    name: 'what was moved away is deleted at once',
    patches: [
      {
        file: `${STORE}/move-object.ts`,
        find: 'const dueAt = secondsAfter(now(), graceSeconds(node.lifetimes) + SIGNING_SECONDS);',
        put: 'const dueAt = secondsAfter(now(), 0 * (graceSeconds(node.lifetimes) + SIGNING_SECONDS));',
      },
    ],
  },
  {
    name: 'a key is used again',
    patches: [{ file: `${STORE}/keys.ts`, find: '`${file}/${version}-${placement}`', put: '`${file}/${version}`' }],
  },
  {
    name: 'a drain ends while uploads to the node are under way',
    patches: [
      {
        file: `${STORE}/run-drain.ts`,
        find: 'if (objects === 0 && copying === 0 && (await space.placements(node.id, { limit: 1 })).items.length === 0)',
        put: "if (objects >= 0 && copying === 0 && (await space.placements(node.id, { limit: 100 })).items.every(({ uploadId, state }) => uploadId !== null && state === 'live'))",
      },
    ],
  },
  {
    name: 'an upload is completed without a look at what arrived',
    patches: [
      {
        file: `${STORE}/finish-upload.ts`,
        find: '      await verifySingle(openNode(home), home, upload);\n',
        put: '',
      },
    ],
  },
  {
    name: 'a drain that is cancelled leaves the node closed',
    patches: [
      {
        file: `${STORE}/dynamo-node-store.ts`,
        find: "if ((was.state === 'active') === open) return [];",
        put: "if ((was.state === 'active') === open || was.state === 'draining') return [];",
      },
    ],
  },
  {
    name: 'a copy is believed without being read',
    patches: [
      {
        file: `${STORE}/copy-object.ts`,
        find: '  if (seen?.size !== size)\n',
        put: '  if (seen !== undefined && seen.size > size)\n',
      },
      { file: `${STORE}/copy-object.ts`, find: '  await readBack(target, to, all);\n', put: '' },
    ],
  },
  {
    name: 'the sweep believes the index',
    patches: [
      {
        file: `${STORE}/sweep.ts`,
        find: "if (upload === undefined || upload.state === 'completed') return 'idle';",
        put: "if (upload === undefined) return 'idle';",
      },
    ],
  },
];
