import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

/** How a proxy falsifies an answer; `undefined` leaves it alone. */
export type Lie = (method: string, path: string, credential: string, body: unknown) => unknown;

const Listed = z.looseObject({ items: z.array(z.looseObject({})) });
const Levels = z.looseObject({ items: z.array(z.looseObject({ available: z.number() })) });
const Checkout = z.looseObject({ order: z.looseObject({ total: z.number() }) });

/** The four lies that the demo must see through. */
export const LIES: Readonly<Record<string, () => Lie>> = {
  'one piece more in stock': () => (_method, path, _credential, body) => {
    const levels = Levels.safeParse(body);
    if (!path.startsWith('/v1/inventory/levels') || !levels.success) return undefined;
    return { ...levels.data, items: levels.data.items.map((level) => ({ ...level, available: level.available + 1 })) };
  },
  'a total that is one cent less': () => (method, path, _credential, body) => {
    const checkout = Checkout.safeParse(body);
    if (method !== 'POST' || path !== '/v1/orders/checkouts' || !checkout.success) return undefined;
    const { order } = checkout.data;
    return { ...checkout.data, order: { ...order, total: order.total - 1 } };
  },
  'an order that is missing from the list': () => (method, path, _credential, body) => {
    const orders = Listed.safeParse(body);
    if (method !== 'GET' || !/^\/v1\/orders(\?|$)/.test(path) || !orders.success) return undefined;
    return { ...orders.data, items: [] };
  },
  "another tenant's product in the list": () => {
    const firstSeen = new Map<string, Record<string, unknown>>();
    return (method, path, credential, body) => {
      const products = Listed.safeParse(body);
      if (method !== 'GET' || !path.startsWith('/v1/catalog/products?limit=100') || !products.success) return undefined;
      const [own] = products.data.items;
      if (own !== undefined && !firstSeen.has(credential)) firstSeen.set(credential, own);
      const foreign = [...firstSeen].find(([other]) => other !== credential)?.[1];
      return foreign === undefined ? undefined : { ...products.data, items: [foreign, ...products.data.items] };
    };
  },
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: passed on as it is
  }
};

/** A proxy before an API that passes everything on but for what the lie changes. */
export const startLyingProxy = async (target: string, lie: Lie): Promise<{ url: string; server: Server }> => {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const onward = request(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const truth = Buffer.concat(chunks);
          const lied = lie(
            incoming.method ?? '',
            incoming.url ?? '',
            incoming.headers.authorization ?? '',
            parse(truth.toString('utf8')),
          );
          const sent = lied === undefined ? truth : Buffer.from(JSON.stringify(lied));
          outgoing.writeHead(answer.statusCode ?? 502, {
            ...answer.headers,
            'content-length': String(sent.byteLength),
          });
          outgoing.end(sent);
        });
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return { url: `http://127.0.0.1:${address.port}`, server };
};
