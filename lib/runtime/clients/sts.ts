import * as z from 'zod';
import { type AwsClientOptions, awsClientOver, functionOptions, withRetries } from './aws-client.ts';

export interface AssumeRole {
  readonly roleArn: string;
  /** How CloudTrail names what is done by the session. */
  readonly sessionName: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface AssumedRole {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Opens sessions of roles. */
export interface Sts {
  /** @throws AwsServiceError */
  assumeRole(request: AssumeRole): Promise<AssumedRole>;
}

const TIMEOUT_MS = 2000;
const ATTEMPTS = 3;

const Answer = z.object({
  accessKeyId: z.string().min(16),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1),
  expiresAt: z.number(),
});

/** The text of an element of STS's answer, none of which contains characters that XML has to escape. */
const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

const tagMembers = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key],
      [`Tags.member.${index + 1}.Value`, value],
    ]),
  );

export const stsOver = (options: Omit<AwsClientOptions, 'service'>): Sts => {
  const client = awsClientOver({ ...options, service: 'sts' });
  return {
    assumeRole: async ({ roleArn, sessionName, tags, seconds }) => {
      const form = new URLSearchParams({
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds: String(seconds),
        ...tagMembers(tags),
      });
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      const request = { headers, body: form.toString(), timeoutMs: TIMEOUT_MS, what: 'STS AssumeRole' };
      const { text } = await withRetries(ATTEMPTS, () => client.send(request));
      return Answer.parse({
        accessKeyId: elementOf(text, 'AccessKeyId'),
        secretAccessKey: elementOf(text, 'SecretAccessKey'),
        sessionToken: elementOf(text, 'SessionToken'),
        expiresAt: Date.parse(elementOf(text, 'Expiration') ?? ''),
      });
    },
  };
};

/** At the region's own endpoint: nearer than the global one, and its tokens are good everywhere. */
export const stsClient = (): Sts => stsOver(functionOptions('sts'));
