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
  let style: Omit<Piece, "text"> = { colour: null, isBold: false };
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

function styled(style: Omit<Piece, "text">, codes: string): Omit<Piece, "text"> {
  let { colour, isBold } = style;
  const numbers = codes.split(/[;:]/).map(Number);
  for (let place = 0; place < numbers.length; place += 1) {
    const number = numbers[place] ?? 0;
    if (number === 0) [colour, isBold] = [null, false];
    else if (number === 1) isBold = true;
    else if (number === 22) isBold = false;
    else if (number === 39) colour = null;
    else if (number >= 30 && number <= 37) colour = number - 30;
    else if (number >= 90 && number <= 97) colour = number - 82;
    else if (number === 38 || number === 48) {
      const isIndex = numbers[place + 1] === 5;
      if (number === 38) colour = isIndex ? basic(numbers[place + 2]) : null;
      place += isIndex ? 2 : 4;
    }
  }
  return { colour, isBold };
}

const basic = (index: number | undefined) => (index !== undefined && index < 16 ? index : null);
