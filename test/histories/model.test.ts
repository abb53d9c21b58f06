import { describe, expect, it } from 'vitest';
import { createModel, type Shown } from '../../prove/storage/model.ts';

const file = (etag: number, sha256: string, fileId = 'file_a'): Shown => ({ fileId, etag, sha256 });
const at = (shown: Shown) => new Map(shown === null ? [] : [['a.txt', shown]]);
const content = (sha256: string) => ({ kind: 'content', sha256 }) as const;

describe('the model of what clients know', () => {
  it('finds what was acknowledged and is gone', () => {
    const model = createModel();
    const attempt = model.attempt('a.txt', content('one'));
    expect(model.see(at(file(1, 'one')))).toEqual([]);
    attempt.succeeded(file(1, 'one'));
    expect(model.see(at(null))).toEqual(['a.txt shows nothing, and clients were told of file_a at 1 with one']);
  });

  it('takes either end of an attempt that nobody knows the end of, and then keeps to it', () => {
    const model = createModel();
    model.attempt('a.txt', content('one')).unknown();
    expect(model.see(at(null))).toEqual([]);
    expect(model.see(at(file(1, 'one')))).toEqual([]);
    model.settle();
    expect(model.see(at(null))).toHaveLength(1);
  });

  it('finds what nobody wrote, and a change after a refusal', () => {
    const model = createModel();
    expect(model.see(at(file(1, 'one')))).toHaveLength(1);
    const other = createModel();
    const attempt = other.attempt('a.txt', content('one'));
    attempt.refused();
    expect(other.see(at(file(1, 'one')))).toHaveLength(1);
  });

  it('takes the acknowledgement of an overtaken write as that', () => {
    const model = createModel();
    const slow = model.attempt('a.txt', content('one'));
    expect(model.see(at(file(1, 'one')))).toEqual([]);
    const fast = model.attempt('a.txt', content('two'));
    expect(model.see(at(file(2, 'two')))).toEqual([]);
    fast.succeeded(file(2, 'two'));
    slow.succeeded(file(1, 'one'));
    expect(model.see(at(file(2, 'two')))).toEqual([]);
    expect(model.see(at(file(1, 'one')))).toHaveLength(1);
  });

  it('lets a reader see what was there while it read, and nothing older', () => {
    const model = createModel();
    for (const [etag, sha256] of [
      [1, 'one'],
      [2, 'two'],
    ] as const) {
      const attempt = model.attempt('a.txt', content(sha256));
      model.see(at(file(etag, sha256)));
      attempt.succeeded(file(etag, sha256));
    }
    const reading = model.read('a.txt');
    const gone = model.attempt('a.txt', { kind: 'gone', fileId: 'file_a' });
    model.see(at(null));
    gone.succeeded(null);
    expect(['one', 'two', null].map((sha256) => reading.isRight(sha256))).toEqual([false, true, true]);
  });
});
