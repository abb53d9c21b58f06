import type { Placement } from '../../functions/storage/model.ts';
import type { Directory, Shelf } from './directory.ts';

/** What lies on a node, seen past its protocol. */
export interface Disk {
  readonly nodeId: string;
  readonly objects: readonly Stored[];
  /** Parts of uploads that are neither completed nor aborted, by upload. */
  readonly multiparts: readonly Stored[];
}
export interface Stored {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
}

const values = <Value>(shelf: Shelf<Value>): Value[] => [...shelf.values()].map(({ value }) => value);
const owned = <Value>(shelf: Shelf<Value>, owner: string): Value[] =>
  [...shelf.values()].flatMap((entry) => (entry.owner === owner ? [entry.value] : []));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const placeOf = ({ bucket, key }: { readonly bucket: string; readonly key: string }): string => `${bucket}/${key}`;

/** What is taken of a node and of a quota, so that it can be told when more was given than there is. */
export interface Taken {
  readonly nodes: ReadonlyMap<string, number>;
  readonly quotas: ReadonlyMap<string, number>;
}
const groups = <Value>(shelf: Shelf<Value>, bytes: (value: Value) => number): Map<string, number> => {
  const found = new Map<string, number>();
  for (const { owner, value } of shelf.values()) found.set(owner, (found.get(owner) ?? 0) + bytes(value));
  return found;
};
export const takenOf = (directory: Directory): Taken => ({
  nodes: groups(directory.nodeSlices, ({ takenBytes }) => takenBytes),
  quotas: groups(directory.quotaSlices, ({ takenBytes }) => takenBytes),
});

/** Slices are what placements, versions and uploads say that they drew; nothing is given beyond a limit. */
const sumsAreExact = (directory: Directory, before: Taken): string[] => {
  const broken: string[] = [];
  const taken = takenOf(directory);
  const placed = groups(directory.placements, ({ bytes }) => bytes);
  const capacity = groups(directory.nodeSlices, ({ capacityBytes }) => capacityBytes);
  for (const [node, bytes] of taken.nodes) {
    if (bytes !== (placed.get(node) ?? 0))
      broken.push(`the slices of ${node} say ${bytes} bytes, its placements ${placed.get(node) ?? 0}`);
    if (bytes > (capacity.get(node) ?? 0))
      broken.push(`${node} has given ${bytes} bytes of ${capacity.get(node) ?? 0}`);
  }
  for (const [key, { value }] of directory.nodeSlices)
    if (value.takenBytes < 0 || value.takenBytes > value.capacityBytes)
      broken.push(`${key} has given ${value.takenBytes} bytes of ${value.capacityBytes}`);
  for (const node of values(directory.nodes)) {
    const slices = owned(directory.nodeSlices, node.id);
    if (slices.some(({ open }) => open !== (node.state === 'active')))
      broken.push(
        `${node.name} is ${node.state}, and ${slices.filter(({ open }) => open).length} of its slices are open`,
      );
    if (capacity.get(node.id) !== node.capacityBytes)
      broken.push(`${node.name} has ${node.capacityBytes} bytes, and its slices ${capacity.get(node.id) ?? 0}`);
  }
  const limits = groups(directory.quotaSlices, ({ limitBytes }) => limitBytes);
  for (const [tenant, bytes] of taken.quotas) {
    const kept = sum(owned(directory.versions, tenant).map(({ state, size }) => (state === 'kept' ? size : 0)));
    const open = sum(owned(directory.uploads, tenant).map(({ state, size }) => (state === 'open' ? size : 0)));
    if (bytes !== kept + open)
      broken.push(`the quota of ${tenant} says ${bytes} bytes; kept are ${kept}, in upload ${open}`);
    if (bytes > (before.quotas.get(tenant) ?? 0) && bytes > (limits.get(tenant) ?? 0))
      broken.push(`${tenant} was given ${bytes} bytes of a quota of ${limits.get(tenant) ?? 0}`);
  }
  return broken;
};

/** Every object on a node has its placement, and no node holds more than it may. */
const disksHoldWhatIsPlaced = (directory: Directory, disks: readonly Disk[]): string[] => {
  const broken: string[] = [];
  const capacity = groups(directory.nodeSlices, ({ capacityBytes }) => capacityBytes);
  for (const { nodeId, objects, multiparts } of disks) {
    const places = new Map(owned(directory.placements, nodeId).map((placement) => [placeOf(placement), placement]));
    for (const object of [...objects, ...multiparts]) {
      const placement = places.get(placeOf(object));
      if (placement === undefined) broken.push(`${nodeId} holds ${object.key}, which has no placement`);
      else if (object.size > placement.bytes)
        broken.push(`${nodeId} holds ${object.size} bytes of ${object.key}, which has room for ${placement.bytes}`);
    }
    const held = sum([...objects, ...multiparts].map(({ size }) => size));
    if (held > (capacity.get(nodeId) ?? 0))
      broken.push(`${nodeId} holds ${held} bytes of ${capacity.get(nodeId) ?? 0}`);
  }
  return broken;
};

/** Every version that is kept can be read where the directory says, with the bytes that it has had from the beginning. */
const filesAreThere = (directory: Directory, disks: readonly Disk[], contents: Contents): string[] => {
  const broken: string[] = [];
  const stored = new Map(
    disks.flatMap(({ nodeId, objects }) => objects.map((object) => [`${nodeId}/${placeOf(object)}`, object])),
  );
  const placements = new Map(values(directory.placements).map((placement) => [placement.placementId, placement]));
  const files = new Map<
    string,
    { readonly owner: string; readonly path: string; readonly current: number; seen: boolean }
  >();
  for (const { owner, value } of directory.files.values())
    if (value.state === 'visible')
      files.set(value.id, { owner, path: value.path, current: value.current, seen: false });
  for (const { owner, value: version } of directory.versions.values()) {
    const file = files.get(version.fileId);
    if (file === undefined || version.state !== 'kept') continue;
    if (version.number === file.current) file.seen = true;
    const name = `version ${version.number} of ${file.path} of ${owner}`;
    const { place } = version;
    const placement: Placement | undefined = placements.get(place.placementId);
    if (placement === undefined || placement.nodeId !== place.nodeId || placeOf(placement) !== placeOf(place))
      broken.push(`${name} is read from ${place.nodeId}, which has no placement for it`);
    else if (placement.state !== 'live') broken.push(`${name} is read from a placement that is to be deleted`);
    const object = stored.get(`${place.nodeId}/${placeOf(place)}`);
    if (object === undefined) broken.push(`${name} is not on ${place.nodeId}`);
    else broken.push(...contents.wrong(owner, file.path, version, object).map((why) => `${name} ${why}`));
  }
  for (const [id, file] of files)
    if (!file.seen)
      broken.push(`${file.path} of ${file.owner} (${id}) is visible, its version ${file.current} is not kept`);
  for (const { owner, sk, value } of directory.paths.values()) {
    const file = files.get(value.fileId);
    if (file === undefined || file.path !== sk || file.owner !== owner)
      broken.push(`${sk} of ${owner} leads to ${value.fileId}, which is not there`);
  }
  const claimed = new Set(values(directory.paths).map(({ fileId }) => fileId));
  for (const [id, file] of files)
    if (!claimed.has(id)) broken.push(`${file.path} of ${file.owner} (${id}) is visible, but no path leads to it`);
  return broken;
};

/** What clients have sent. */
export interface Contents {
  /** Why the bytes are not those of this version; none when they are. */
  wrong(
    tenant: string,
    path: string,
    version: {
      readonly fileId: string;
      readonly number: number;
      readonly size: number;
      readonly sha256: string | null;
    },
    object: Stored,
  ): readonly string[];
}

/** What must hold after each single call of a port, whatever runs at the time. */
export const invariants = (
  directory: Directory,
  disks: readonly Disk[],
  contents: Contents,
  before: Taken,
): string[] => [
  ...sumsAreExact(directory, before),
  ...disksHoldWhatIsPlaced(directory, disks),
  ...filesAreThere(directory, disks, contents),
];

/** What must hold besides when everything has ended, been resumed and been swept. */
export const leftovers = (directory: Directory, disks: readonly Disk[]): string[] => {
  const broken: string[] = [];
  const visible = new Set(values(directory.files).flatMap(({ id, state }) => (state === 'visible' ? [id] : [])));
  const read = new Set<string>();
  for (const { value } of directory.versions.values()) {
    if (value.state === 'kept' && visible.has(value.fileId)) read.add(value.place.placementId);
    else broken.push(`version ${value.number} of ${value.fileId} is ${value.state} for ever`);
  }
  for (const upload of values(directory.uploads))
    if (upload.state === 'open') broken.push(`upload ${upload.id} is open for ever`);
  for (const move of values(directory.moves))
    if (move.state === 'copying') broken.push(`the move of ${move.fileId}/${move.number} is copying for ever`);
  for (const placement of values(directory.placements))
    if (!read.has(placement.placementId))
      broken.push(`placement ${placement.placementId} (${placement.state}) on ${placement.nodeId} is nobody's`);
  const placed = new Set(values(directory.placements).map((placement) => `${placement.nodeId}/${placeOf(placement)}`));
  for (const { nodeId, objects, multiparts } of disks) {
    for (const object of objects)
      if (!placed.has(`${nodeId}/${placeOf(object)}`)) broken.push(`${nodeId} holds ${object.key}, which is nobody's`);
    for (const part of multiparts) broken.push(`${nodeId} holds parts of ${part.key}`);
  }
  for (const node of values(directory.nodes)) {
    if (node.state !== 'drained' && node.state !== 'retired') continue;
    const disk = disks.find(({ nodeId }) => nodeId === node.id);
    if ((disk?.objects.length ?? 0) + (disk?.multiparts.length ?? 0) > 0)
      broken.push(`${node.name} is ${node.state} and not empty`);
  }
  return broken;
};
