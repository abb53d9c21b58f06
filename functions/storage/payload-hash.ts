import type { MiddlewareStack } from '@aws-sdk/types';

/** Signs a body by the hash that is known of it, so that the SDK does not hash it again, and the node checks it twice. */
export const withPayloadHash = <Input extends object, Output extends object>(
  command: { readonly middlewareStack: MiddlewareStack<Input, Output> },
  sha256: string,
): void =>
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'headers' in request) {
        Object.assign(Object(request.headers), { 'x-amz-content-sha256': sha256 });
      }
      return next(args);
    },
    { step: 'build' },
  );
