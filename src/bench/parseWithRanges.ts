/**
 * Parsing 1,000 documents with every field's place at hand, as the reader does it, against the same parser with the same schema giving plain
 * values. The reader's first look at a place, which builds a document's index of fields, is measured beside it.
 */
import { loadAll } from 'js-yaml';
import { kubectlSchema } from '../engine/manifest/kubectlSchema.ts';
import { parseDocument } from '../engine/manifest/parseDocument.ts';
import { splitDocuments } from '../engine/manifest/splitDocuments.ts';
import { collectGarbage } from './collectGarbage.ts';
import { type Bench, compare, timeOf } from './harness.ts';
import { joinDocuments, manifestDocuments } from './manifests.ts';

const documentCount = 1_000;
const rounds = 15;

export const parseWithRanges: Bench = {
  id: 'ranges',
  title: 'Parse with source ranges, against the same parser without',
  limit: { kind: 'atMost', ratio: 1.05 },
  async run() {
    const text = joinDocuments(manifestDocuments(documentCount));
    const parseAll = () => splitDocuments(text, documentCount).map((slice) => parseDocument(slice.text));
    const plain = () => timeOf(() => loadAll(text, { schema: kubectlSchema }));
    const settled = { rounds, settle: collectGarbage };
    const compared = await compare(() => timeOf(() => parseAll()), plain, settled);
    const lookUp = (): void => {
      for (const document of parseAll()) document.freshRangeOf('');
    };
    const looked = await compare(() => timeOf(lookUp), plain, settled);
    return {
      kind: 'measured',
      ratio: compared.ratio,
      sides: [
        { name: 'with ranges', value: compared.ours, unit: 'ms' },
        { name: 'js-yaml loadAll', value: compared.theirs, unit: 'ms' },
      ],
      notes: [`with a place looked up in each document: ${looked.ratio.toFixed(2)}`],
    };
  },
};
