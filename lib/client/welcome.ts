import Table from 'cli-table3';
import type { ShownNode } from './storage/nodes.ts';
import { curlLines, type DemoShop } from './demo-shops.ts';

/** What a newcomer needs first: where things are, who may log in, and requests that work as printed. */
export const welcome = (
  apiUrl: string,
  awsUrl: string,
  shops: readonly DemoShop[],
  nodes: readonly ShownNode[],
): string => {
  const style = { head: [], border: [] };
  const places = new Table({ style });
  places.push(['base URL of the API', apiUrl], ['AWS endpoint', `${awsUrl}  (access key and secret: local)`]);
  for (const node of nodes) places.push([`storage node ${node.name}`, `${node.endpoint}  (${node.state})`]);
  const table = new Table({ style, head: ['', ...shops.map((shop) => shop.name)] });
  table.push(
    ['tenant', ...shops.map((shop) => shop.tenantId)],
    ['publishable key', ...shops.map((shop) => shop.publishableKey)],
    ['secret key', ...shops.map((shop) => shop.secretKey)],
    ['staff login', ...shops.map((shop) => `${shop.staff.email}\n${shop.staff.password}`)],
    ['customer login', ...shops.map((shop) => `${shop.customer.email}\n${shop.customer.password}`)],
  );
  const [first] = shops;
  const lines = first === undefined ? [] : ['', 'Try:', ...curlLines(apiUrl, first).map((line) => `  ${line}`)];
  return ['', places.toString(), table.toString(), ...lines, '', 'Ctrl-C ends it.', ''].join('\n');
};
