import * as z from 'zod';

/**
 * Reads the variables that a function was bound to, once, at module load. This is the only place that looks at
 * `process.env` in Lambda.
 *
 * @throws when a variable is missing or malformed: the function then fails at init, before it can serve anything.
 */
export const readEnv = <Schema extends z.ZodType>(schema: Schema): z.output<Schema> => {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new Error(
    `This function's environment does not match its declaration: ${problems}. Check \`bind\` in its stack.`,
  );
};

const LambdaEnv = z.object({
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_ENDPOINT_URL: z.string().optional(),
  AWS_LAMBDA_FUNCTION_NAME: z.string().default('unnamed'),
  /** The role of the tenants' data; absent where the function reaches its table by its own role. */
  CARTWRIGHT_TENANT_ROLE: z.string().optional(),
  CARTWRIGHT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** What the Lambda service itself sets; read lazily, because pure code imports modules that need it only in Lambda. */
export const lambdaEnv = (): z.output<typeof LambdaEnv> => readEnv(LambdaEnv);
