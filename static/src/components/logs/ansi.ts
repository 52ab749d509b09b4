/** What terminals' escape sequences leave of a line: text in colours. Everything else of them is dropped. */

export interface Piece {
  text: string;
  /** 0 to 15, the terminal's colours; null: the usual one. */
  colour: number | null;
  isBold: boolean;
}

// Source: ECMA-48, 5.4 (CSI) and 8.3.89 (OSC); a sequence that a line cuts off is one, too.
// eslint-disable-next-line no-control-regex -- They begin with the control character ESC.
const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~]?)|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_a-z]?)/g;
// eslint-disable-next-line no-control-regex -- No other control character says anything on a line.
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** Cut a line into pieces of one colour each. */
export function pieces(line: string): Piece[] {
  const found: Piece[] = [];
  let style: Style = { colour: null, isBold: false };
  let place = 0;
  const add = (text: string) => {
    const clean = text.replace(CONTROL, "");
    if (clean) found.push({ text: clean, ...style });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    add(line.slice(place, match.index));
    place = match.index + match[0].length;
    if (match[2] === "m") style = styled(style, match[1] ?? "");
  }
  add(line.slice(place));
  return found;
}

/** The text of a line alone. */
export const plain = (line: string) =>
  pieces(line)
    .map((piece) => piece.text)
    .join("");

type Style = Omit<Piece, "text">;

function styled(style: Style, codes: string): Style {
  const numbers = codes.split(/[;:]/).map(Number);
  let after = style;
  while (numbers.length) {
    const number = numbers.shift() ?? 0;
    if (number === 38 || number === 48) {
      // A colour of 256 is one number more, one of 16 million are three.
      const [kind, index] = numbers.splice(0, numbers[0] === 5 ? 2 : 4);
      if (number === 38) after = { ...after, colour: kind === 5 ? basic(index) : null };
    } else after = { ...after, ...changed(number) };
  }
  return after;
}

/** What one of SGR's numbers changes. Source: ECMA-48, 8.3.117; 90 to 97 are xterm's bright colours. */
function changed(number: number): Partial<Style> {
  if (number === 0) return { colour: null, isBold: false };
  if (number === 1) return { isBold: true };
  if (number === 22) return { isBold: false };
  if (number === 39) return { colour: null };
  if (number >= 30 && number <= 37) return { colour: number - 30 };
  if (number >= 90 && number <= 97) return { colour: number - 82 };
  return {};
}

const basic = (index: number | undefined) => (index !== undefined && index < 16 ? index : null);
