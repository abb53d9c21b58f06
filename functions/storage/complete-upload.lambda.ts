import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { discreetly } from './discreetly.ts';
import { completeUpload, completeUploadRoute } from './complete-upload.ts';
import { FilesOnNodesEnv } from './file-env.ts';
import { filesOnNodes } from './file-wiring.ts';

export const handler = api(completeUploadRoute, discreetly(completeUpload(filesOnNodes(readEnv(FilesOnNodesEnv)))));
