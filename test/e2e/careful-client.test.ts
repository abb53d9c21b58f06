import { describe, expect, it } from 'vitest';
import type { ApiClient, ApiResponse } from '../../lib/client/http.ts';
import { retrying } from '../../lib/client/http.ts';
import { careful, certain } from './careful-client.ts';

type Sent = Partial<ApiResponse> & { readonly status: number };

/** A client whose server answers these, one after the other, and what it was asked. */
const answering = (answers: readonly Sent[]) => {
  const asked: string[] = [];
  const left = [...answers];
  const client: ApiClient = {
    close: () => undefined,
    send: async (method, path) => {
      asked.push(`${method} ${path}`);
      return { headers: {}, body: undefined, text: '', ...(left.shift() ?? { status: 599 }) };
    },
  };
  return { client: careful(retrying(client, 2)), asked };
};
const LOST = { status: 500 };
const cup = '/v1/catalog/products/prod_1';
const version = { headers: { 'if-match': '"v1"' } };

describe('where the answer to a change was lost', () => {
  it('the change was made when what was wanted is there', async () => {
    const there = { status: 200, body: { title: 'Mug', vendor: 'Us', notes: { row: '1' } } };
    const { client, asked } = answering([LOST, { status: 412 }, there]);
    const body = { vendor: 'Us', notes: { row: '1', shelf: null } };
    expect(await client.send('PATCH', cup, { body, ...version })).toMatchObject({ status: 200, body: there.body });
    expect(asked).toEqual([`PATCH ${cup}`, `PATCH ${cup}`, `GET ${cup}`]);
  });

  it('the refusal stands when something else is there', async () => {
    const { client } = answering([LOST, { status: 412 }, { status: 200, body: { vendor: 'Them' } }]);
    expect((await client.send('PATCH', cup, { body: { vendor: 'Us' }, ...version })).status).toBe(412);
  });

  it('nobody can tell when it has nothing to compare with', async () => {
    const { client } = answering([LOST, { status: 412 }, { status: 404 }]);
    await expect(client.send('PUT', `${cup}/prices`, { body: [], ...version })).rejects.toThrow('Nobody can tell');
  });

  it('a refusal at the first try stands, whatever is there', async () => {
    const { client, asked } = answering([{ status: 412 }]);
    expect((await client.send('PATCH', cup, { body: { vendor: 'Us' }, ...version })).status).toBe(412);
    expect(asked).toEqual([`PATCH ${cup}`]);
  });
});

describe('where the answer to a deletion was lost', () => {
  const made = { status: 201, body: { id: 'prod_1' } };
  const make = (client: ApiClient) => client.send('POST', '/v1/catalog/products', { credential: 'sk_1' });
  const remove = (client: ApiClient, credential = 'sk_1') => client.send('DELETE', cup, { credential });

  it('what the caller made is gone, once', async () => {
    const { client } = answering([made, LOST, { status: 404 }, LOST, { status: 404 }]);
    await make(client);
    expect((await remove(client)).status).toBe(204);
    expect((await remove(client)).status).toBe(404);
  });

  it('what the caller never saw was never there', async () => {
    const { client } = answering([made, LOST, { status: 404 }]);
    await make(client);
    expect((await remove(client, 'sk_2')).status).toBe(404);
  });

  it('a session that was given out is ended, once', async () => {
    const login = { status: 201, body: { accessToken: 'jwt' } };
    const { client } = answering([login, LOST, { status: 401 }, LOST, { status: 401 }]);
    await client.send('POST', '/v1/accounts/sessions');
    const leave = () => client.send('DELETE', '/v1/accounts/sessions/current', { credential: 'jwt' });
    expect((await leave()).status).toBe(204);
    expect((await leave()).status).toBe(401);
  });
});

describe('a certain answer', () => {
  it('is one to what was asked once only', async () => {
    const { client } = answering([{ status: 201 }, LOST, { status: 201 }]);
    expect(certain(await client.send('POST', '/v1/carts')).status).toBe(201);
    const repeated = await client.send('POST', '/v1/carts');
    expect(() => certain(repeated)).toThrow('Nobody can tell what became of it');
  });
});
