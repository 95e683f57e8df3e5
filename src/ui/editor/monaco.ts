/**
 * The only importer of Monaco at run time, loaded after the first walk is on the screen. Holds the two adaptations that monaco-yaml 5.5 needs with
 * Monaco 0.57: workers by label under the page's own policy, and `createWebWorker` in the form that monaco-yaml still calls it.
 */
import * as monaco from 'monaco-editor/editor';
// The feature of that name registers inline completions only; the list of suggestions is the controller's.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codelens/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/contextmenu/register';
import 'monaco-editor/features/cursorUndo/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/folding/register';
import 'monaco-editor/features/gotoError/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/lineSelection/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/snippet/register';
import 'monaco-editor/features/stickyScroll/register';
import 'monaco-editor/features/suggest/register';
import 'monaco-editor/features/toggleTabFocusMode/register';
import 'monaco-editor/features/wordHighlighter/register';
import 'monaco-editor/features/wordOperations/register';
import 'monaco-editor/languages/definitions/yaml/register';
import editorWorkerUrl from 'monaco-editor/editor/editor.worker?worker&url';
import { configureMonacoYaml, type JSONSchema } from 'monaco-yaml';
import yamlWorkerUrl from './yaml.worker.ts?worker&url';

export { monaco };

export type StartWorker = (url: string, name: string) => Worker;

/** What monaco-yaml hands to createWebWorker. */
interface OldWorkerOptions {
  readonly label?: string;
  readonly createData?: unknown;
}

let prepared = false;

/** Tells Monaco where its workers are and starts the YAML service; the schema may come later. Does its work once per page. */
export function prepareMonaco(startWorker: StartWorker): void {
  if (prepared) return;
  prepared = true;
  const workerFor = (label: string): Worker =>
    label === 'yaml' ? startWorker(yamlWorkerUrl, 'packetwalk-yaml') : startWorker(editorWorkerUrl, 'packetwalk-editor');
  self.MonacoEnvironment = { getWorker: (_id: string, label: string) => workerFor(label) };

  const createWebWorker = (options: OldWorkerOptions) => {
    const worker = workerFor(options.label ?? '');
    worker.postMessage('ignore');
    worker.postMessage(options.createData);
    return monaco.editor.createWebWorker({ worker: Promise.resolve(worker) });
  };
  const adapted = { ...monaco, editor: { ...monaco.editor, createWebWorker } };
  const yaml = configureMonacoYaml(adapted, { validate: false, completion: true, hover: true, format: { enable: false }, schemas: [] });
  void loadSchema().then((schema) => {
    if (schema === null) return;
    return yaml.update({
      validate: false,
      completion: true,
      hover: true,
      format: { enable: false },
      schemas: [{ uri: 'inmemory://packetwalk/kubernetes.json', fileMatch: ['**/*'], schema }],
    });
  });
}

const schemaFiles = import.meta.glob<JSONSchema>('./schemas/*.json', { import: 'default' });

/** The schema of all kinds in one; null when there is none or the network fails: the editor then completes nothing, and works. */
async function loadSchema(): Promise<JSONSchema | null> {
  const load = Object.values(schemaFiles)[0];
  if (load === undefined) return null;
  try {
    return await load();
  } catch {
    return null;
  }
}

/** Monaco reads six digits only; the build shortens "#ffffff" to "#fff". */
const longHex = (colour: string): string =>
  /^#[0-9a-f]{3}$/i.test(colour) ? `#${[...colour.slice(1)].map((digit) => digit + digit).join('')}` : colour;

/** Monaco's colours from the page's own tokens. */
export function defineThemes(): void {
  const style = getComputedStyle(document.documentElement);
  const colour = (token: string): string => longHex(style.getPropertyValue(token).trim());
  const dark = document.documentElement.dataset.theme !== 'light';
  const bare = (token: string): string => colour(token).replace('#', '');
  monaco.editor.defineTheme('packetwalk', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: bare('--t1') },
      { token: 'type', foreground: bare('--code-key') },
      { token: 'string', foreground: bare('--code-text') },
      { token: 'number', foreground: bare('--code-number') },
      { token: 'keyword', foreground: bare('--code-number') },
      { token: 'comment', foreground: bare('--code-comment') },
      { token: 'operators', foreground: bare('--t2') },
      { token: 'namespace', foreground: bare('--t2') },
    ],
    colors: {
      'editor.background': colour('--s1'),
      'editor.foreground': colour('--t1'),
      'editorLineNumber.foreground': colour('--t3'),
      'editorLineNumber.activeForeground': colour('--t1'),
      'editor.lineHighlightBackground': colour('--s2'),
      'editor.lineHighlightBorder': colour('--s2'),
      'editorCursor.foreground': colour('--ac'),
      'editorWidget.background': colour('--s3'),
      'editorWidget.border': colour('--line2'),
      'editorHoverWidget.background': colour('--s3'),
      'editorHoverWidget.border': colour('--line2'),
      'editorSuggestWidget.background': colour('--s3'),
      'editorSuggestWidget.border': colour('--line2'),
      'editorSuggestWidget.selectedBackground': colour('--s4'),
      'editorIndentGuide.background1': colour('--line'),
      'editorStickyScroll.background': colour('--s1'),
      'editorStickyScroll.border': colour('--line'),
      'scrollbarSlider.background': `${colour('--line2')}99`,
      focusBorder: colour('--ac'),
    },
  });
  monaco.editor.setTheme('packetwalk');
}
