import { describe, expect, it } from 'vitest';
import { bucketOf, probeBucketOf } from '../../functions/storage/buckets.ts';
import { nodeId } from '../../functions/storage/ids.ts';
import { afterFolder, FilePath, lastBelow, nameOf, PathPrefix } from '../../functions/storage/paths.ts';
import { ContentType, servedAs } from '../../functions/storage/serving.ts';
import { partBytes, planUpload } from '../../functions/storage/upload-plan.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('a path', () => {
  it.each([
    ['one segment', 'cup.png'],
    ['folders', 'products/2026/cup.png'],
    ['spaces and dots within', 'a b/...c/.hidden'],
    ['emoji', '☕/👩‍👩‍👧 mug.png'],
    ['1,024 bytes', 'é'.repeat(512)],
    ['what a shell or SQL would mind', `a'; "$(b)" %2e%2e \\ c`],
  ])('may have %s', (_, path) => {
    expect(FilePath.parse(path)).toBe(path);
  });

  it.each([
    ['nothing', ''],
    ['a slash at the beginning', '/a'],
    ['a slash at the end', 'a/'],
    ['an empty segment', 'a//b'],
    ['..', 'a/../b'],
    ['.. alone', '..'],
    ['.', './a'],
    ['a zero character', 'a\u0000b'],
    ['a line end', 'a\nb'],
    ['a control character of Latin 1', 'a\u0085b'],
    ['the delete character', 'a\u007f'],
    ['a code point that is no character', 'a\u{10ffff}'],
    ['half a surrogate pair', 'a\ud83d'],
    ['1,025 bytes', `${'é'.repeat(512)}x`],
    ['1,025 bytes of few characters', `${'👩'.repeat(256)}x`],
  ])('may not have %s', (_, path) => {
    expect(FilePath.safeParse(path).success).toBe(false);
  });

  it('is the same however its accents were typed', () => {
    expect(FilePath.parse('cafe\u0301')).toBe('caf\u00e9');
    expect(PathPrefix.parse('cafe\u0301')).toBe('caf\u00e9');
  });

  it('has a name', () => {
    expect([nameOf('a/b/c.png'), nameOf('c.png')]).toEqual(['c.png', 'c.png']);
  });
});

describe('the range of a listing', () => {
  it.each([0, 1, 2, 3, 4, 5])('ends after all paths with a prefix that leaves room for %d bytes', (room) => {
    const prefix = 'p'.repeat(1024 - room);
    const end = lastBelow(prefix);
    expect(Buffer.byteLength(end)).toBeLessThanOrEqual(1024);
    for (const next of ['', '~', 'é', '日', '\ufffd', '😀', '\u{10fffd}']) {
      if (Buffer.byteLength(next) <= room) expect(byBytes(prefix + next, end)).toBeLessThanOrEqual(0);
    }
    expect(byBytes(`${prefix.slice(0, -1)}q`, end)).toBeGreaterThan(0);
  });

  it('goes on after a folder, and misses nothing', () => {
    expect(byBytes('a/b/\u{10fffd}', afterFolder('a/b/'))).toBeLessThan(0);
    expect(byBytes('a/b.txt', afterFolder('a/b/'))).toBeLessThan(0);
    expect(byBytes('a/b0', afterFolder('a/b/'))).toBe(0);
  });
});

describe('what a reader gets', () => {
  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'application/javascript', 'x/y'])(
    'of %s is a file to save',
    (type) => {
      expect(servedAs(type, 'a.html')).toEqual({
        contentType: 'application/octet-stream',
        disposition: `attachment; filename="a.html"; filename*=UTF-8''a.html`,
      });
    },
  );

  it('of an image is shown, or saved when that is asked', () => {
    expect(servedAs('image/png', 'a.png')).toEqual({
      contentType: 'image/png',
      disposition: `inline; filename="a.png"; filename*=UTF-8''a.png`,
    });
    expect(servedAs('image/png', 'a.png', true).disposition).toMatch(/^attachment;/);
  });

  it('of plain text is UTF-8, whatever charset was named', () => {
    expect(servedAs('text/plain; charset=utf-7', 'a.txt').contentType).toBe('text/plain; charset=utf-8');
  });

  it('has a name that cannot end its header', () => {
    const { disposition } = servedAs('image/png', `"; x="☕\\ %41'(1).png`);
    expect(disposition).toBe(
      `inline; filename="_; x=___ _41'(1).png"; filename*=UTF-8''%22%3B%20x%3D%22%E2%98%95%5C%20%2541%27%281%29.png`,
    );
  });

  it.each(['image', 'image/', 'image/png\r\nx: y', 'image/png; a', `a/${'b'.repeat(200)}`, 'a/b;c="d"'])(
    'is never of the type %j',
    (type) => {
      expect(ContentType.safeParse(type).success).toBe(false);
    },
  );
});

describe('an upload', () => {
  const MIB = 1024 ** 2;
  it('of 64 MiB is one request, and of a byte more it has parts', () => {
    expect(planUpload(0)).toEqual({ parts: 0, partSize: 0 });
    expect(planUpload(64 * MIB)).toEqual({ parts: 0, partSize: 0 });
    expect(planUpload(64 * MIB + 1)).toEqual({ parts: 5, partSize: 16 * MIB });
  });

  it.each([64 * MIB + 1, 80 * MIB, 160_000 * MIB, 160_000 * MIB + 1, 5 * 1024 ** 4])(
    'of %d bytes has at most 10,000 parts, which are all of it',
    (size) => {
      const plan = planUpload(size);
      expect(plan.parts).toBeLessThanOrEqual(10_000);
      const last = partBytes({ ...plan, size }, plan.parts);
      expect(last).toBeGreaterThan(0);
      expect((plan.parts - 1) * partBytes({ ...plan, size }, 1) + last).toBe(size);
    },
  );
});

describe('a bucket', () => {
  const [one, other] = [tenantId.derive('one'), tenantId.derive('other')];
  const [first, second] = [nodeId.derive('first'), nodeId.derive('second')];
  it('is one tenant’s on one node, with a name that S3 takes', () => {
    const names = [bucketOf('dev', one, first), bucketOf('dev', one, second), bucketOf('dev', other, first)];
    expect(new Set([...names, probeBucketOf('dev', first)]).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
    expect(bucketOf('production1', one, first).length).toBeLessThanOrEqual(63);
  });
});
