import { api } from '../../lib/runtime/api.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { completeUpload, completeUploadRoute } from './complete-upload.ts';
import { FilesOnNodesEnv } from './file-env.ts';
import { filesOnNodes } from './file-wiring.ts';

export const handler = api(completeUploadRoute, completeUpload(filesOnNodes(readEnv(FilesOnNodesEnv))));
