import type { Queues } from '../../lib/runtime/clients/sqs.ts';
import type { GiveUpMove, SendMoves } from './move-task.ts';

export const sendMoves =
  (queues: Queues, queueUrl: string): SendMoves =>
  (tasks, delaySeconds) =>
    queues.send(
      queueUrl,
      tasks.map((task) => ({
        body: JSON.stringify(task),
        ...(delaySeconds === undefined ? {} : { delaySeconds }),
      })),
    );

export const giveUpMove =
  (queues: Queues, deadLettersUrl: string): GiveUpMove =>
  (task, failure) =>
    queues.send(deadLettersUrl, [{ body: JSON.stringify({ ...task, failure }) }]);
