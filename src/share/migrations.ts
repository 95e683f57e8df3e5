/**
 * How an envelope of one version becomes one of the next. Version 0 is the shape of the first drafts: no view, and the request without a
 * wish. A migration only moves what is there; envelope.ts checks the result, so a hostile input gains nothing here.
 */
type Fields = Readonly<Record<string, unknown>>;
export type Migrate = (fields: Fields) => Fields;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const fromDraft: Migrate = ({ request, files, ...rest }) => {
  const first: unknown = Array.isArray(files) ? files[0] : undefined;
  const activeFile = isFields(first) && typeof first.name === 'string' ? first.name : '';
  return {
    ...rest,
    version: 1,
    files,
    request: isFields(request) ? { wish: { kind: 'first' }, serviceUpstream: false, ...request } : null,
    view: { activeFile, thing: null, expanded: {} },
  };
};

/** By the version that they start from. */
export const migrations: Readonly<Record<number, Migrate>> = { 0: fromDraft };
