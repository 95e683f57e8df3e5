/** The YAML language server of the editor: completion, hover and schema checks, in a worker of its own. */
import 'monaco-yaml/yaml.worker.js';
