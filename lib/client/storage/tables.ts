import Table from 'cli-table3';
import type { DetailedNode } from './nodes.ts';
import { bytesText, percentText } from './figures.ts';

const style = { head: [], border: [], compact: true };

/** A table for people; a sentence where there are no rows. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[], none: string): string => {
  if (rows.length === 0) return none;
  const table = new Table({ style, head: [...head] });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
};

const ageText = (at: string, now: Date): string =>
  `${Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000))} s`;

/** What is of note beside the state. */
const remarks = (node: DetailedNode): string =>
  [
    ...(node.before === null ? [] : [`was ${node.before}`]),
    ...(node.state === 'active' && !node.accepting ? ['full: takes nothing'] : []),
    ...(node.failures === 0 ? [] : [`${node.failures} failures in a row`]),
  ].join(', ');

export const nodesTable = (nodes: readonly DetailedNode[], now: Date): string =>
  tableOf(
    ['node', 'state', 'pool', 'zone', 'weight', 'capacity', 'used', '', 'objects', 'seen', 'endpoint', ''],
    nodes.map((node) => [
      node.name,
      node.state,
      node.pool,
      node.zone,
      String(node.weight),
      bytesText(node.space.capacityBytes),
      bytesText(node.space.takenBytes),
      percentText(node.space.takenBytes, node.space.capacityBytes),
      String(node.space.objects),
      node.report === null ? 'never' : `${ageText(node.report.at, now)} ago`,
      node.endpoint,
      remarks(node),
    ]),
    'There is no storage node yet. Add one: npm run storage -- add NAME --endpoint URL ...',
  );
