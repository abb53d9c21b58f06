import { hash } from 'node:crypto';

/** What a signed URL allows. Times are milliseconds since 1970. */
export type UrlGrant =
  | {
      readonly kind: 'put';
      readonly bucket: string;
      readonly key: string;
      readonly size: number;
      readonly sha256: string;
      readonly contentType: string;
      readonly accessKey: string;
      readonly until: number;
    }
  | {
      readonly kind: 'part';
      readonly bucket: string;
      readonly key: string;
      readonly multipart: string;
      readonly number: number;
      readonly size: number;
      readonly sha256: string;
      readonly accessKey: string;
      readonly until: number;
    }
  | {
      readonly kind: 'get';
      readonly bucket: string;
      readonly key: string;
      readonly contentType: string;
      readonly disposition: string;
      readonly accessKey: string;
      readonly until: number;
    };

/** The URLs that one memory node signs: the grant in the path, and a signature that only this node makes. */
export const memoryUrls = (name: string) => {
  const prefix = `memory://${name}/`;
  const signature = (text: string): string => hash('sha256', `${name} signs ${text}`, 'base64url');
  return {
    sign(grant: UrlGrant): string {
      const text = Buffer.from(JSON.stringify(grant)).toString('base64url');
      return `${prefix}${grant.bucket}/${encodeURIComponent(grant.key)}?grant=${text}&signature=${signature(text)}`;
    },
    /** Undefined when it is not a URL that this node signed. */
    read(url: string): UrlGrant | undefined {
      const [, text = '', given = ''] = /\?grant=([\w-]+)&signature=([\w-]+)$/.exec(url) ?? [];
      if (!url.startsWith(prefix) || given === '' || given !== signature(text)) return undefined;
      // Only this node signs, and only what `sign` takes.
      const grant: UrlGrant = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
      const path = `${prefix}${grant.bucket}/${encodeURIComponent(grant.key)}?`;
      return url.startsWith(path) ? grant : undefined;
    },
  };
};
