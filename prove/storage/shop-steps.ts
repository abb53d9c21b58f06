import { isError } from '../../lib/runtime/errors.ts';
import { SYSTEM_ACTOR, type TenantId, tenantId } from '../../lib/runtime/tenant.ts';
import { abortUploadRoute } from '../../functions/storage/abort-upload.ts';
import { completeUploadRoute } from '../../functions/storage/complete-upload.ts';
import { deleteFileRoute } from '../../functions/storage/delete-file.ts';
import { downloadFileRoute } from '../../functions/storage/download-file.ts';
import type { StoredFile } from '../../functions/storage/model.ts';
import { getUploadRoute } from '../../functions/storage/get-upload.ts';
import { listFilesRoute } from '../../functions/storage/list-files.ts';
import { nodeUnavailable } from '../../functions/storage/node-client.ts';
import { restoreVersionRoute } from '../../functions/storage/restore-version.ts';
import { setQuotaRoute } from '../../functions/storage/set-quota.ts';
import { signPartsRoute } from '../../functions/storage/sign-parts.ts';
import type { ClientUpload, Grant } from './client-upload.ts';
import type { Kind, Operation } from './history.ts';
import type { Outcome, Shown } from './model.ts';
import { OPERATOR, requestOf, shopKey } from './request.ts';
import type { Site } from './site.ts';

export const TENANTS = [tenantId.derive('Alder'), tenantId.derive('Birch')] as const;
const PATHS = ['a.txt', 'pictures/b.png', 'pictures/c.png', 'größe/ñ 🙂.pdf', 'd'] as const;
/** Bytes of a file. */
const SIZES = [0, 1, 100, 400, 900, 1500] as const;
/** Bytes of a part, where one of the real size has many megabytes. */
const PART_SIZE = 300;

const pick = <Item>(items: readonly Item[], draw: number): Item | undefined => items[Math.floor(draw * items.length)];
const tenantAt = (draw: number): TenantId => (draw < 0.5 ? TENANTS[0] : TENANTS[1]);
export const registerOf = (tenant: string, path: string): string => `${tenant}/${path}`;
const NOTHING_THERE = 'nothing to do it with';

export type Step = (operation: Operation) => Promise<string>;

/** What the clients of two shops do. Each step answers in a word what came of it. */
export const shopSteps = (site: Site) => {
  const { uses, model, sent, directory } = site;
  const uploads: ClientUpload[] = [];
  const grants: Grant[] = [];
  let keys = 0;
  const newKey = (): string => `key-${(keys += 1)}`;

  const visible = (tenant: TenantId): StoredFile[] =>
    [...directory.files.values()].flatMap(({ owner, value }) =>
      owner === tenant && value.state === 'visible' ? [value] : [],
    );
  const open = (multipart?: boolean): ClientUpload[] =>
    uploads.filter(
      ({ id, completed, parts }) =>
        id !== undefined && !completed && (multipart === undefined || multipart === parts > 0),
    );

  const newUpload = (
    tenant: TenantId,
    path: string,
    size: number,
    inParts: boolean,
    overwrites?: number,
  ): ClientUpload => {
    const upload: ClientUpload = {
      tenant,
      path,
      content: sent.next(tenant, path, size),
      key: newKey(),
      overwrites,
      parts: inParts ? Math.max(1, Math.ceil(size / PART_SIZE)) : 0,
      id: undefined,
      put: undefined,
      completed: false,
    };
    uploads.push(upload);
    return upload;
  };

  /** Announces an upload, or announces it again. Where the real plan makes parts of many megabytes, these are small. */
  const announce = async (upload: ClientUpload): Promise<void> => {
    const { tenant, path, content, key, overwrites, parts } = upload;
    const { bytes, sha256 } = content;
    const begun = await uses.begin({
      tenant,
      scope: key,
      path,
      overwrites,
      size: bytes.length,
      sha256: parts === 0 ? sha256 : null,
      contentType: 'text/plain',
      visibility: 'private',
      plan: { parts, partSize: parts === 0 ? 0 : PART_SIZE },
      requestHash: key,
      actor: SYSTEM_ACTOR,
      traceId: 'trace',
    });
    upload.id = begun.upload.id;
    if (parts > 0 || begun.upload.state !== 'open') return;
    const { url, headers } = await uses.signPut(begun.upload, sha256);
    upload.put = { url, headers, body: bytes };
    grants.push(upload.put);
  };

  const sendWhole = async (upload: ClientUpload): Promise<string> =>
    upload.put === undefined ? 'no URL' : site.send(upload.put.url, upload.put.body, upload.put.headers);

  const partOf = ({ content }: ClientUpload, number: number): Uint8Array =>
    content.bytes.subarray((number - 1) * PART_SIZE, number * PART_SIZE);

  /** Some parts, in an order that is drawn; `wrong`: with other bytes than were announced last. */
  const sendParts = async (upload: ClientUpload, numbers: readonly number[]): Promise<string> => {
    const parts = numbers.map((number) => ({ number, sha256: site.sha256Of(partOf(upload, number)) }));
    const request = requestOf(signPartsRoute, {
      caller: shopKey(upload.tenant),
      params: { uploadId: upload.id },
      body: { parts },
      key: newKey(),
    });
    const { body } = await uses.signParts(request);
    let outcome = 'done';
    for (const { number, url, headers } of body.parts) {
      const grant = { url, headers, body: partOf(upload, number) };
      grants.push(grant);
      const answer = await site.send(url, grant.body, headers);
      if (answer !== 'done') outcome = answer;
    }
    return outcome;
  };
  const shuffled = (count: number): number[] => {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    for (let at = numbers.length - 1; at > 0; at -= 1) {
      const other = Math.floor(site.random() * (at + 1));
      [numbers[at], numbers[other]] = [numbers[other] ?? 0, numbers[at] ?? 0];
    }
    return numbers;
  };

  /** A change that the model hears of. What a failure of the server (5xx) left behind, nobody knows. */
  const attempted = async (
    register: string,
    outcome: Outcome,
    work: () => Promise<Shown | 'as before'>,
  ): Promise<void> => {
    const attempt = model.attempt(register, outcome);
    try {
      const shown = await work();
      if (shown === 'as before') attempt.unknown();
      else attempt.succeeded(shown);
    } catch (error) {
      if (site.isRefusal(error)) attempt.refused();
      else attempt.unknown();
      throw error;
    }
  };

  const complete = async (upload: ClientUpload): Promise<string> => {
    if (upload.id === undefined) return NOTHING_THERE;
    const { tenant, path, content } = upload;
    await attempted(registerOf(tenant, path), { kind: 'content', sha256: content.sha256 }, async () => {
      const request = requestOf(completeUploadRoute, {
        caller: shopKey(tenant),
        params: { uploadId: upload.id },
        key: newKey(),
      });
      const { body, version, replayed } = await uses.completeUpload(request);
      upload.completed = true;
      // The answer to a repetition says what was done then, not what is there now.
      if (replayed === true || version === undefined) return 'as before';
      return { fileId: body.fileId, etag: version, sha256: content.sha256 };
    });
    return 'done';
  };

  const whole = async (upload: ClientUpload): Promise<string> => {
    await announce(upload);
    const told = upload.parts === 0 ? await sendWhole(upload) : await sendParts(upload, shuffled(upload.parts));
    if (told !== 'done') return `not sent: ${told}`;
    return complete(upload);
  };

  const steps = {
    put: ({ picks: [who, where, size, how] }) =>
      whole(newUpload(tenantAt(who), pick(PATHS, where) ?? 'x', pick(SIZES, size) ?? 0, how < 0.25 && size > 0.5)),
    overwrite: ({ picks: [who, which, size, how] }) => {
      const tenant = tenantAt(who);
      const file = pick(visible(tenant), which);
      if (file === undefined) return Promise.resolve(NOTHING_THERE);
      return whole(newUpload(tenant, file.path, pick(SIZES, size) ?? 0, how < 0.25 && size > 0.5, file.version));
    },
    'stale overwrite': ({ picks: [who, which, size, how] }) => {
      const tenant = tenantAt(who);
      const file = pick(visible(tenant), which);
      if (file === undefined) return Promise.resolve(NOTHING_THERE);
      return whole(newUpload(tenant, file.path, pick(SIZES, size) ?? 0, false, file.version + (how < 0.5 ? 1 : -1)));
    },
    'begin upload': async ({ picks: [who, where, size, how] }) => {
      const tenant = tenantAt(who);
      const file = how < 0.5 ? undefined : pick(visible(tenant), where);
      const path = file?.path ?? pick(PATHS, where) ?? 'x';
      await announce(newUpload(tenant, path, pick(SIZES, size) ?? 0, false, file?.version));
      return 'done';
    },
    'begin multipart': async ({ picks: [who, where, size, how] }) => {
      const tenant = tenantAt(who);
      const file = how < 0.5 ? undefined : pick(visible(tenant), where);
      const path = file?.path ?? pick(PATHS, where) ?? 'x';
      await announce(newUpload(tenant, path, 1 + Math.floor(size * 1800), true, file?.version));
      return 'done';
    },
    'announce again': async ({ picks: [which] }) => {
      const upload = pick(uploads.slice(-8), which);
      if (upload === undefined) return NOTHING_THERE;
      await announce(upload);
      return 'done';
    },
    'send bytes': async ({ picks: [which] }) => {
      const upload = pick(open(false), which);
      return upload === undefined ? NOTHING_THERE : sendWhole(upload);
    },
    'send parts': async ({ picks: [which, howMany] }) => {
      const upload = pick(open(true), which);
      if (upload === undefined) return NOTHING_THERE;
      const numbers = shuffled(upload.parts);
      return sendParts(upload, numbers.slice(0, Math.max(1, Math.ceil(numbers.length * howMany * 1.5))));
    },
    'look at an upload': async ({ picks: [which] }) => {
      const upload = pick(open(), which);
      if (upload === undefined) return NOTHING_THERE;
      const { tenant, id } = upload;
      await uses.getUpload(requestOf(getUploadRoute, { caller: shopKey(tenant), params: { uploadId: id }, key: '' }));
      return 'done';
    },
    'send wrong bytes': async ({ picks: [which, how] }) => {
      const grant = pick(grants, which);
      if (grant === undefined) return NOTHING_THERE;
      const other = Buffer.alloc(how < 0.5 ? grant.body.length : grant.body.length + 1, 'wrong');
      return site.send(grant.url, other, grant.headers);
    },
    complete: async ({ picks: [which] }) => {
      const upload = pick(open(), which);
      return upload === undefined ? NOTHING_THERE : complete(upload);
    },
    'complete again': async ({ picks: [which] }) => {
      const upload = pick(
        uploads.filter(({ completed }) => completed),
        which,
      );
      return upload === undefined ? NOTHING_THERE : complete(upload);
    },
    abort: async ({ picks: [which] }) => {
      const upload = pick(open(), which);
      if (upload === undefined) return NOTHING_THERE;
      const { tenant, id } = upload;
      await uses.abortUpload(
        requestOf(abortUploadRoute, { caller: shopKey(tenant), params: { uploadId: id }, key: '' }),
      );
      return 'done';
    },
    'late put': async ({ picks: [which] }) => {
      const grant = pick(grants, which);
      return grant === undefined ? NOTHING_THERE : site.send(grant.url, grant.body, grant.headers);
    },
    delete: async ({ picks: [who, which, , how] }) => {
      const tenant = tenantAt(who);
      const file = pick(visible(tenant), which);
      if (file === undefined) return NOTHING_THERE;
      await attempted(registerOf(tenant, file.path), { kind: 'gone', fileId: file.id }, async () => {
        await uses.deleteFile(
          requestOf(deleteFileRoute, {
            caller: shopKey(tenant),
            params: { fileId: file.id },
            ifMatch: how < 0.1 ? file.version + 1 : file.version,
            key: newKey(),
          }),
        );
        return null;
      });
      return 'done';
    },
    restore: async ({ picks: [who, which, version] }) => {
      const tenant = tenantAt(who);
      const several = visible(tenant).filter(({ newest }) => newest > 1);
      const file = pick(several, which);
      if (file === undefined) return NOTHING_THERE;
      const number = 1 + Math.floor(version * file.newest);
      await attempted(registerOf(tenant, file.path), { kind: 'restored', fileId: file.id }, async () => {
        const was = site.contentOf(file.id, number);
        const answer = await uses.restoreVersion(
          requestOf(restoreVersionRoute, {
            caller: shopKey(tenant),
            params: { fileId: file.id },
            body: { number },
            ifMatch: file.version,
            key: newKey(),
          }),
        );
        if (was === undefined || answer.version === undefined || answer.replayed === true) return 'as before';
        return { fileId: file.id, etag: answer.version, sha256: was };
      });
      return 'done';
    },
    read: async ({ picks: [who, which] }) => {
      const tenant = tenantAt(who);
      const file = pick(visible(tenant), which);
      if (file === undefined) return NOTHING_THERE;
      const reading = model.read(registerOf(tenant, file.path));
      const what = `a read of ${file.path} of ${tenant}`;
      let url: string;
      try {
        const request = requestOf(downloadFileRoute, { caller: shopKey(tenant), params: { fileId: file.id }, key: '' });
        url = (await uses.downloadFile(request)).location ?? '';
      } catch (error) {
        if (site.isRefusal(error) && !reading.isRight(null)) site.breaks(`${what} was refused: ${String(error)}`);
        if (isError(error, nodeUnavailable) && !site.isTroubled(file)) site.breaks(`${what} failed: ${String(error)}`);
        throw error;
      }
      const found = await site.fetch(url);
      if (found === undefined) return 'the node does not answer';
      if (!reading.isRight(found)) site.breaks(`${what} gave ${found}`);
      site.mayRead(url, found, what);
      return 'done';
    },
    list: async ({ picks: [who] }) => {
      const tenant = tenantAt(who);
      await uses.listFiles(requestOf(listFilesRoute, { caller: shopKey(tenant), query: {}, key: '' }));
      return 'done';
    },
    'change quota': async ({ picks: [who, much] }) => {
      const tenant = tenantAt(who);
      await uses.setQuota(
        requestOf(setQuotaRoute, {
          caller: OPERATOR,
          params: { tenantId: tenant },
          body: { quotaBytes: Math.floor(500 + much ** 2 * 12_000) },
          key: newKey(),
        }),
      );
      return 'done';
    },
  } satisfies Partial<Record<Kind, Step>>;
  return { steps };
};
