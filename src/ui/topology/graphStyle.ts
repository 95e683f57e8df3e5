/** How Cytoscape draws boxes and links, from the page's colour tokens. */
import type { NodeSingular, StylesheetStyle } from 'cytoscape';
import type { Palette } from './palette.ts';

export function graphStyle(palette: Palette): StylesheetStyle[] {
  return [
    ...nodeStyles(palette),
    ...edgeStyles(palette),
    { selector: ':active', style: { 'overlay-opacity': 0 } },
    { selector: '.hidden', style: { display: 'none' } },
  ];
}

function nodeStyles(palette: Palette): StylesheetStyle[] {
  const box = (fill: string, border: string, width: number, radius: number) => ({
    'background-color': fill,
    'border-color': border,
    'border-width': width,
    'corner-radius': `${radius}`,
  });
  return [
    {
      // Each property costs each element when the picture is first drawn.
      selector: 'node[kind != "port"]',
      style: {
        shape: 'round-rectangle',
        width: 'data(w)',
        height: 'data(h)',
        'z-index': (node: NodeSingular) => Number(node.data('layer')),
        'z-index-compare': 'manual',
        'border-position': 'inside',
        ...box(palette.s2, palette.line2, 1, 9),
      },
    },
    {
      selector: 'node[kind = "outsideRegion"]',
      style: {
        ...box(palette.bg, palette.line2, 1, 12),
        'background-opacity': 0,
        'border-style': 'dashed',
        'border-dash-pattern': [2, 4],
        events: 'no',
      },
    },
    {
      selector: 'node[kind = "pendingTray"]',
      style: {
        ...box(palette.bg, palette.line3, 1, 12),
        'background-opacity': 0,
        'border-style': 'dashed',
        'border-dash-pattern': [5, 4],
        events: 'no',
      },
    },
    { selector: 'node[kind = "bus"]', style: box(palette.line, palette.line2, 1, 5) },
    { selector: 'node[kind = "node"]', style: box(palette.s2, palette.line2, 1.2, 12) },
    { selector: 'node[kind = "collapsedNode"]', style: box(palette.s2, palette.line2, 1, 12) },
    { selector: 'node[kind = "stack"]', style: { ...box(palette.s1, palette.line2, 1, 8), events: 'no' } },
    { selector: 'node[kind = "card"]', style: box(palette.s3, palette.line2, 1, 9) },
    { selector: 'node[kind = "pod"], node[kind = "compactPod"], node[kind = "podTile"]', style: box(palette.s3, palette.line2, 1, 9) },
    { selector: 'node[kind = "service"]', style: box(palette.s3, palette.line2, 1.5, 16) },
    { selector: 'node[kind = "container"]', style: { ...box(palette.s1, palette.line2, 1, 5), events: 'no' } },
    // What lines hang on; the ink draws it.
    { selector: 'node[kind = "port"]', style: { width: 1, height: 1, 'background-opacity': 0, events: 'no' } },
    { selector: 'node[kind = "podDot"]', style: { 'background-opacity': 0, 'border-width': 0 } },
    { selector: 'node[?added]', style: { 'border-style': 'dotted', 'border-color': palette.line3 } },
    { selector: 'node[state = "pending"]', style: { 'border-style': 'dashed', 'border-color': palette.line3 } },
    { selector: 'node[state = "notReady"]', style: { 'border-color': palette.bad, 'border-style': 'dashed' } },
    { selector: 'node[kind = "service"][variant = "noEndpoints"]', style: { 'border-style': 'dashed' } },
    {
      selector: 'node[kind = "pod"][?off], node[kind = "compactPod"][?off], node[kind = "card"][?off], node[kind = "collapsedNode"][?off]',
      style: { 'background-color': palette.s1, 'border-color': palette.line },
    },
    { selector: 'node[kind = "node"][?off]', style: { 'background-color': palette.s1, 'border-color': palette.line } },
  ];
}

function edgeStyles(palette: Palette): StylesheetStyle[] {
  return [
    {
      selector: 'edge',
      style: {
        'curve-style': 'straight',
        width: 2,
        'line-color': palette.line3,
        'source-endpoint': 'data(sourceEnd)',
        'target-endpoint': 'data(targetEnd)',
        'z-index': 5,
        'z-index-compare': 'manual',
        events: 'no',
      },
    },
    {
      selector: 'edge[?bends]',
      style: {
        'curve-style': 'round-segments',
        'edge-distances': 'node-position',
        'segment-weights': 'data(weights)',
        'segment-distances': 'data(distances)',
        'segment-radii': [8],
      },
    },
    { selector: 'edge[kind = "veth"]', style: { width: 1.3 } },
    {
      selector: 'edge[kind = "overlay"]',
      style: { width: 1.6, 'line-style': 'dashed', 'line-dash-pattern': [5, 4], 'line-color': palette.ov, 'line-opacity': 0.75 },
    },
    { selector: 'edge[depth = "services"]', style: { width: 3, 'line-color': palette.line3 } },
  ];
}
