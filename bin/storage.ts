/**
 * What operators do with storage nodes, by name or id: `npm run storage -- nodes`, `add`, `activate`, `read-only`, `drain`,
 * `cancel-drain`, `retire`, `moves`, `usage` (docs/storage.md). Without more it speaks to the local cloud of `npm start`;
 * `--stage` names a stage on AWS, `--url` any API, with the operator key in CARTWRIGHT_OPERATOR_KEY.
 */
import * as z from 'zod';
import { httpUrl, orEnd, readArguments, readOptions, wholeNumber } from '../lib/client/command-line.ts';
import { Refused } from '../lib/client/expect-status.ts';
import { apiClient } from '../lib/client/http.ts';
import { readApiUrls, readOperatorKey } from '../lib/client/operator.ts';
import * as commands from '../lib/client/storage/commands.ts';
import { bytesOf } from '../lib/client/storage/figures.ts';
import { addNode } from '../lib/client/storage/nodes.ts';

const USAGE = `Usage: npm run storage -- COMMAND [--stage STAGE | --url URL] [--aws-endpoint URL]
  nodes                                    all nodes with their state and space
  usage                                    how full the pools are
  add NAME --endpoint URL --region REGION --zone ZONE --secret SECRET --capacity 10TiB [--pool main] [--weight 100] [--virtual-host]
  activate NODE                            probes a node and lets it take objects
  read-only NODE                           lets it take nothing more
  drain NODE [--dry-run] [--watch]         moves its objects to other nodes
  cancel-drain NODE                        stops that; the node is active again
  moves NODE                               objects on their way, and those that could not be moved
  retire NODE                              forgets an empty node for good`;

const { values, positionals } = orEnd(() =>
  readArguments(USAGE, {
    allowPositionals: true,
    options: {
      stage: { type: 'string' },
      url: { type: 'string' },
      'aws-endpoint': { type: 'string' },
      endpoint: { type: 'string' },
      region: { type: 'string' },
      zone: { type: 'string' },
      pool: { type: 'string' },
      secret: { type: 'string' },
      capacity: { type: 'string' },
      weight: { type: 'string' },
      'virtual-host': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
    },
  }),
);
const needed = (what: string) => z.string({ error: `${what} is needed` }).min(1, { error: `${what} is needed` });

const NewNode = z.object({
  endpoint: httpUrl(),
  region: needed('a region, like eu-central-1,'),
  zone: needed('a zone, like a,'),
  secret: needed('the name of a secret, like cartwright/prod/storage/node-1,'),
  capacity: z
    .string({ error: 'a capacity, like 10TiB, is needed' })
    .transform(bytesOf)
    .pipe(z.number({ error: 'bytes are needed, like 500GiB or 10TiB' }).int().min(1)),
  weight: wholeNumber(1, 1000).optional(),
  pool: z.string().optional(),
});

const addresses = () =>
  orEnd(() =>
    readOptions(USAGE, z.object({ url: httpUrl().optional(), 'aws-endpoint': httpUrl().optional() }), values),
  );

const LOCAL = { url: 'http://127.0.0.1:4000', 'aws-endpoint': 'http://127.0.0.1:4566' } as const;

/** Where the API is, and the operator key. */
const connection = async () => {
  const { url, 'aws-endpoint': endpoint } = addresses();
  const stage = values.stage ?? 'dev';
  const key = process.env['CARTWRIGHT_OPERATOR_KEY'];
  const local = values.stage === undefined && (url === undefined || key === undefined);
  const deployment = { stage, endpoint: endpoint ?? (local ? LOCAL['aws-endpoint'] : undefined) };
  const base = url ?? (local ? LOCAL.url : await readApiUrls(deployment));
  return {
    api: apiClient(base),
    credential: key !== undefined && url !== undefined ? key : await readOperatorKey(deployment),
  };
};

const terminal: commands.Terminal = {
  print: (line) => console.log(line),
  show: (line) =>
    process.stdout.isTTY
      ? process.stdout.write(`\r\x1b[2K${line.slice(0, process.stdout.columns)}`)
      : console.log(line),
  pause: () => new Promise((resolve) => setTimeout(resolve, 2000)),
  now: () => new Date(),
};

const add = async (session: commands.Session, name: string): Promise<void> => {
  const { capacity, ...node } = orEnd(() => readOptions(USAGE, NewNode, values));
  const body = { ...node, name, capacityBytes: capacity, pathStyle: !values['virtual-host'] };
  const { id } = await addNode(session, body);
  console.log(`${name} is added (${id}). Activate it: npm run storage -- activate ${name}`);
};

type Command = (session: commands.Session, node: string) => Promise<boolean | void>;
const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly takesNode: boolean }>> = {
  nodes: { takesNode: false, run: commands.showNodes },
  usage: { takesNode: false, run: commands.showUsage },
  add: { takesNode: true, run: add },
  activate: { takesNode: true, run: (session, node) => commands.changeState(session, node, 'activate') },
  'read-only': { takesNode: true, run: (session, node) => commands.changeState(session, node, 'read-only') },
  drain: {
    takesNode: true,
    run: (session, node) => commands.drainNode(session, node, { dryRun: values['dry-run'], watch: values.watch }),
  },
  'cancel-drain': { takesNode: true, run: commands.cancelDrain },
  moves: { takesNode: true, run: commands.showMoves },
  retire: { takesNode: true, run: commands.retireNode },
};

const [word = '', node = ''] = positionals;
const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
if (command === undefined || positionals.length !== (command.takesNode ? 2 : 1)) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    const { api, credential } = await connection();
    try {
      if ((await command.run({ api, credential, terminal }, node)) === false) process.exitCode = 1;
    } finally {
      api.close();
    }
  } catch (error) {
    console.error(error instanceof Refused ? error.detail : error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
