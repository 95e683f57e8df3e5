/**
 * Where a host begins its search for a free block: Calico seeds Go's math/rand with a hash of the host's name (libcalico-go lib/ipam,
 * randomBlockGenerator). Only as many outputs of Go's generator as 16 draws of one 64-bit word need are here; a name whose draws all fail
 * (1 in 65,536 for a pool of a power of two) begins at its hash modulo the number of blocks instead.
 */

/** Go's additive generator starts from a table XORed with the seed's own stream; these are the entries that its first 32 outputs read. */
const tableAt333Down = [
  'bfb2f4d968b759c3 3b7fc3ad0d1cd36b f11bfbb3ba3e0841 031089e87fbab9a7 967e3cd0f12b1c5f bd640b6140802b1e',
  '32a31118a95e425f 08137c3380f32523 9024ebcbf8b8e6af a4e5a10d28659104 d7e75a07542451da c9a9cd708372db93',
  '331786d5a126f97f 2536b7a7602f6b4d c444cf11f9840608 8b821c0b10054c75 7e61315458970ccb 0e7f5452a8c91ee0',
  '3fddae4163e010e4 caeaccb927b0cb5c d36a1f70d4f9a2ff 43385b68e51dbffc 5ee41cb40ca81e2c 048311a7625eabd9',
  '3c7c1de5b3cc1dca d3431110cdd7a998 4f37aef6caf41c5d 9cbbb4be9a92c216 552d69f0428dce6a f72709f96b28a3c7',
  'd556d17adcc5f6fb 79edb9a2a6a387df',
];
const tableAt606Down = [
  '39a00a3a31c025c6 7e57a19b735ef03b 74535a96cc7adfd7 e1de048dc78b382e a8de655829aab207 fbba1e4a59b0c60c',
  'e5b5e9385b202824 f579e080162896e9 51d3a3c351be10ec a7f503a28f431ca9 c45166d9f6935ff8 c977d592999f2194',
  '9516361749f6428a 287fea4c9695f3f4 395c6750aa42e65e 980aab2fff6bc784 64fcbfa01dca3978 640a711eb0e49b41',
  'a848cc5d9cb0e150 fc997227a4f07f8f aaf677bd80e30ac5 8358c5bb1248ac23 58143117e4e16555 2c43fd0a9eaec04d',
  '4bd671b124b5701a 689a66ba46d1c3bd 1266fbf77386b1db cc7c533a7fca95d8 7c91d10a8d75740e 59e4a152525b1b29',
  '324fca6af2b5c1d1 1f9eabdfdbe2b7bd',
];

const outputs = 32;
const tableLength = 607;
const word64 = (1n << 64n) - 1n;
const mersenne31 = 2147483647;

const parseTable = (rows: readonly string[]): readonly bigint[] =>
  rows.flatMap((row) => row.split(' ')).map((hexadecimal) => BigInt(`0x${hexadecimal}`));
const upperTable = parseTable(tableAt333Down);
const lowerTable = parseTable(tableAt606Down);

/** FNV-1 (multiply, then XOR), 32 bits, over the name's UTF-8 bytes: Go's hash/fnv New32. */
export function fnv1(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8Bytes(text)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

/** The index of the block at which `host` begins to search a pool of `blockCount` blocks. */
export function firstBlockIndex(host: string, blockCount: bigint): bigint {
  const seed = fnv1(host);
  return drawBelow(blockCount, randomWords(seed)) ?? BigInt(seed) % blockCount;
}

/** Go's math/big Int.Rand: draws words of 64 bits until the masked number is below `bound`; undefined when the words run out. */
function drawBelow(bound: bigint, words: readonly bigint[]): bigint | undefined {
  const bits = bound.toString(2).length;
  const wordsPerDraw = Math.ceil(bits / 64);
  const mask = (1n << BigInt(bits)) - 1n;
  for (let next = 0; next + wordsPerDraw <= words.length; next += wordsPerDraw) {
    let drawn = 0n;
    for (let word = 0; word < wordsPerDraw; word += 1) drawn |= (words[next + word] ?? 0n) << BigInt(64 * word);
    if ((drawn & mask) < bound) return drawn & mask;
  }
  return undefined;
}

/** The first words of 64 bits from rand.New(rand.NewSource(seed)), each of two Uint32 outputs, the low half first. */
function randomWords(seed: number): readonly bigint[] {
  const stream = seedStream(seed);
  const halves: bigint[] = [];
  for (let output = 0; output < outputs; output += 1) {
    const upper = (stream(333 - output) ^ (upperTable[output] ?? 0n)) & word64;
    const lower = (stream(606 - output) ^ (lowerTable[output] ?? 0n)) & word64;
    halves.push(((upper + lower) >> 31n) & 0xffffffffn);
  }
  const words: bigint[] = [];
  for (let index = 0; index + 1 < halves.length; index += 2) words.push((halves[index] ?? 0n) | ((halves[index + 1] ?? 0n) << 32n));
  return words;
}

/** What the seed contributes to each entry of the generator's state: three steps of a Lehmer generator after 20 to warm up. */
function seedStream(seed: number): (index: number) => bigint {
  const steps = new Float64Array(tableLength * 3);
  let state = seed % mersenne31 || 89482311;
  for (let step = -20; step < steps.length; step += 1) {
    state = (48271 * state) % mersenne31;
    if (step >= 0) steps[step] = state;
  }
  const at = (position: number): bigint => BigInt(steps[position] ?? 0);
  return (index) => (at(3 * index) << 40n) ^ (at(3 * index + 1) << 20n) ^ at(3 * index + 2);
}

function utf8Bytes(text: string): readonly number[] {
  return Array.from(encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|[^%]/g), ([character, hexadecimal]) =>
    hexadecimal === undefined ? character.charCodeAt(0) : Number.parseInt(hexadecimal, 16),
  );
}
