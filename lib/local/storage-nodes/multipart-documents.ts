import { escapeXml, unescapeXml } from '../endpoint/xml.ts';
import { NAMESPACE } from '../s3/exchange.ts';
import { malformedXml } from '../s3/object-exchange.ts';
import type { Multipart, StoredPart } from './multipart-store.ts';

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
const named = ({ bucket, key, id }: Multipart): string =>
  `<Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId>`;

export const begunDocument = (multipart: Multipart): string =>
  `<InitiateMultipartUploadResult ${NAMESPACE}>${named(multipart)}</InitiateMultipartUploadResult>`;

export const completedDocument = ({ bucket, key }: Multipart, etag: string, sha256: string): string =>
  `<CompleteMultipartUploadResult ${NAMESPACE}><Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key>` +
  `<ETag>&quot;${etag}&quot;</ETag><ChecksumSHA256>${sha256}</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType>` +
  '</CompleteMultipartUploadResult>';

/** A page of parts; `more` says whether there are others after it. */
export const partsDocument = (
  multipart: Multipart,
  parts: readonly StoredPart[],
  page: { readonly after: number; readonly limit: number; readonly more: boolean },
): string => {
  const items = parts.map(
    ({ number, size, etag, sha256, modifiedAt }) =>
      `<Part><PartNumber>${number}</PartNumber><LastModified>${iso(modifiedAt)}</LastModified><ETag>&quot;${etag}&quot;</ETag>` +
      `<Size>${size}</Size><ChecksumSHA256>${sha256}</ChecksumSHA256></Part>`,
  );
  const next = `<NextPartNumberMarker>${parts.at(-1)?.number ?? page.after}</NextPartNumberMarker>`;
  return (
    `<ListPartsResult ${NAMESPACE}>${named(multipart)}<PartNumberMarker>${page.after}</PartNumberMarker>${next}` +
    `<MaxParts>${page.limit}</MaxParts><IsTruncated>${page.more}</IsTruncated>` +
    `<ChecksumAlgorithm>SHA256</ChecksumAlgorithm>${items.join('')}</ListPartsResult>`
  );
};

export const multipartsDocument = (
  bucket: string,
  multiparts: readonly Multipart[],
  page: { readonly limit: number; readonly more: boolean },
): string => {
  const items = multiparts.map(
    ({ key, id, begunAt }) =>
      `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId><Initiated>${iso(begunAt)}</Initiated></Upload>`,
  );
  const last = multiparts.at(-1);
  const next =
    page.more && last !== undefined
      ? `<NextKeyMarker>${escapeXml(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>`
      : '';
  return (
    `<ListMultipartUploadsResult ${NAMESPACE}><Bucket>${bucket}</Bucket>${next}<MaxUploads>${page.limit}</MaxUploads>` +
    `<IsTruncated>${page.more}</IsTruncated>${items.join('')}</ListMultipartUploadsResult>`
  );
};

export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  /** Base64; absent when the caller does not say. */
  readonly sha256: string | undefined;
}

/** The parts that a completion names. */
export const namedParts = (xml: string): readonly NamedPart[] => {
  const parts = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, text = '']) => {
    const element = (name: string): string | undefined => {
      const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
      return value === undefined ? undefined : unescapeXml(value).trim();
    };
    const number = Number(element('PartNumber') ?? Number.NaN);
    const etag = element('ETag');
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml();
    return { number, etag: etag.replaceAll('"', ''), sha256: element('ChecksumSHA256') };
  });
  if (parts.length === 0) throw malformedXml();
  return parts;
};
