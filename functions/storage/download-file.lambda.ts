import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { discreetly } from './discreetly.ts';
import { downloadFile, downloadFileRoute } from './download-file.ts';
import { FilesOnNodesEnv } from './file-env.ts';
import { filesOnNodes } from './file-wiring.ts';

export const handler = api(downloadFileRoute, discreetly(downloadFile(filesOnNodes(readEnv(FilesOnNodesEnv)))));
