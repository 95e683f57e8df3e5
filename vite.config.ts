/** Build and test configuration. The page is static: `dist/` works from any sub-path of any host. */
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * What the built page may do. Inline styles: Monaco, Cytoscape and the panels set them. Blob workers: a worker inherits this policy only when
 * it begins as a blob. No connections at all: nothing that is pasted can leave the page.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types app-worker defaultWorkerFactory editorViewLayer domLineBreaksComputer standaloneColorizer diffEditorWidget richScreenReaderContent tokenizeToString stickyScrollViewLayer editorGhostText diffReview dompurify',
].join('; ');

/** Only the build carries the policy: the development server needs its inline preamble and a web socket. */
const policyInBuild: Plugin = {
  name: 'packetwalk-content-security-policy',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' },
    ],
  },
};

export default defineConfig({
  base: './',
  plugins: [react(), policyInBuild],
  worker: { format: 'es' },
  build: { target: 'es2023', chunkSizeWarningLimit: 4_000 },
  resolve: {
    // monaco-editor's exports map hides the paths that monaco-yaml imports.
    alias: [{ find: /^monaco-editor\/esm\/vs\/(.*?)(\.js)?$/, replacement: 'monaco-editor/$1.js' }],
  },
  optimizeDeps: {
    // Everything that loads late or in a worker is found at the start: the development page would otherwise reload when it comes.
    entries: ['index.html', 'src/worker/engineWorker.ts', 'src/ui/editor/monaco.ts', 'src/ui/editor/yaml.worker.ts', 'src/share/codec.ts'],
    include: ['monaco-editor/editor/editor.worker', 'monaco-yaml/yaml.worker.js'],
  },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    environment: 'node',
    // A busy machine must not fail a test: nothing here is judged by time.
    testTimeout: 60_000,
    pool: 'threads',
    isolate: false,
  },
});
