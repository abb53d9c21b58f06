import { Slug } from './model.ts';

/** `Crème brûlée set, 4 pieces` becomes `creme-brulee-set-4-pieces`. What leaves nothing becomes `product`. */
export const slugOfTitle = (title: string): string => {
  const slug = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Ll}\p{Lo}\p{Lm}\p{N}]+/gu, '-')
    .slice(0, 150)
    .replace(/^-+|-+$/g, '');
  return Slug.safeParse(slug).success ? slug : 'product';
};
