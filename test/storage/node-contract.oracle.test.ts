import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';
import { Subject, SUBJECT_VARIABLE } from '../../scripts/storage-matrix/subject.ts';
import { nodeContract } from './node-contract.ts';
import { NODE_DIFFERENCES } from './node-differences.ts';
import { httpSubject } from './node-subject.ts';

const told = process.env[SUBJECT_VARIABLE];
if (told === undefined)
  throw new Error(`${SUBJECT_VARIABLE} is missing: npm run storage:matrix starts a node and sets it`);
const { name, full, ...node } = Subject.parse(JSON.parse(told));

describe(`a node of ${name}`, () => {
  const subject = httpSubject({
    ...node,
    ...(full === undefined
      ? {}
      : {
          full: async (bucket: string) => {
            for (const command of 'commands' in full ? full.commands : []) {
              const [program = '', ...args] = command.map((word) => word.replace('{bucket}', bucket));
              execFileSync(program, args, { stdio: 'ignore' });
            }
            const client = httpSubject('endpoint' in full ? { ...node, ...full } : node).open();
            await client.ensureBucket(bucket);
            return client;
          },
        }),
  });
  const { capabilities, differences } = NODE_DIFFERENCES[name] ?? {};
  nodeContract(
    () => subject,
    { checksums: true, partChecksums: true, tellsChecksum: true, ...capabilities },
    differences,
  );
});
