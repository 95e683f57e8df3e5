/** A key pressed in a text of 1,000 documents: the reader reads one of them again. Against js-yaml loading the text. The YAML stage alone. */
import { loadAll } from 'js-yaml';
import { createManifestReader } from '../engine/manifest/reader.ts';
import { collectGarbage } from './collectGarbage.ts';
import { type Bench, compare } from './harness.ts';
import { joinDocuments, manifestDocument, manifestDocuments } from './manifests.ts';
import { processTimeOf } from './processTime.ts';

const documentCount = 1_000;
const editsPerRound = 10;
const rounds = 9;

/** The text after one more edit: each edit of the run is at another document and leaves a text that never was. */
function editedText(documents: readonly string[], edit: number): string {
  const at = (edit * 37) % documents.length;
  return joinDocuments(documents.map((text, index) => (index === at ? `${manifestDocument(index)}# edit ${edit}\n` : text)));
}

export const editOneDocument: Bench = {
  id: 'edit',
  title: 'Edit one document of 1,000 (YAML stage), against a full js-yaml load of all',
  limit: { kind: 'atMost', ratio: 1 / 20 },
  async run() {
    const documents = manifestDocuments(documentCount);
    const name = 'shop.yaml';
    const reader = createManifestReader();
    const original = joinDocuments(documents);
    const first = reader.read([{ name, text: original }]);
    if (first.documents.length !== documentCount || first.diagnostics.some(({ severity }) => severity === 'error')) {
      throw new Error(`the benchmark's own manifests were read as ${first.documents.length} documents, or with errors`);
    }
    const compared = await compare(
      (round) => {
        const texts = Array.from({ length: editsPerRound }, (_, edit) => editedText(documents, round * editsPerRound + edit));
        const readAll = (): void => {
          for (const text of texts) reader.read([{ name, text }]);
        };
        return processTimeOf(readAll) / editsPerRound;
      },
      () => processTimeOf(() => loadAll(original)),
      { rounds, settle: collectGarbage },
    );
    return {
      kind: 'measured',
      ratio: compared.ratio,
      sides: [
        { name: 'reader after an edit', value: compared.ours, unit: 'ms' },
        { name: 'js-yaml loadAll', value: compared.theirs, unit: 'ms' },
      ],
      notes: [`${(original.length / 1_000).toFixed(0)} kB of text`],
    };
  },
};
