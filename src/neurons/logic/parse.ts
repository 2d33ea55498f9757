import { HebbError } from '../../errors.js';

/** A formula. Implication and equality are written with the others: a -> b is !a | b, a <-> b is !(a ^ b). */
export type Formula =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly operand: Formula }
  | { readonly kind: 'and' | 'or' | 'xor'; readonly operands: readonly Formula[] };

interface Token {
  /** What it means: an operator by its sign, 'variable', or '' at the end. */
  readonly type: string;
  readonly text: string;
  /** Its place in the formula. */
  readonly at: number;
}

const deepest = 200;

const meanings: Readonly<Record<string, string>> = {
  '!': '!', '~': '!', not: '!',
  '&': '&', '&&': '&', and: '&',
  '^': '^', xor: '^',
  '|': '|', '||': '|', or: '|',
  '->': '->', '<->': '<->', '(': '(', ')': ')',
  '1': 'true', true: 'true', '0': 'false', false: 'false',
};

function fail(formula: string, at: number, fault: string): never {
  const line = formula.replace(/\s/g, ' ');
  throw new HebbError('ERR_ARGUMENT', `logic.fromExpression: ${fault} at position ${at + 1}\n  ${line}\n  ${' '.repeat(at)}^`);
}

function tokensOf(formula: string): Token[] {
  // No literals, as in mermaid_text.ts.
  const pattern = new RegExp(String.raw`\s*(<->|->|&&|\|\||[!~&|^()]|[\p{L}\p{N}_]+)`, 'uy');
  const digitFirst = new RegExp(String.raw`^\p{N}`, 'u');
  const end = formula.trimEnd().length;
  const tokens: Token[] = [];
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const text = pattern.exec(formula)?.[1];
    if (text === undefined) {
      const at = from + /^\s*/.exec(formula.slice(from))![0].length;
      fail(formula, at, `unexpected '${String.fromCodePoint(formula.codePointAt(at)!)}'`);
    }
    const at = pattern.lastIndex - text.length;
    const word = text.toLowerCase();
    const type = Object.hasOwn(meanings, word) ? meanings[word]! : 'variable';
    if (type === 'variable' && digitFirst.test(text)) fail(formula, at, `expected 0, 1 or a name that begins with a letter, got '${text}'`);
    tokens.push({ type, text, at });
  }
  tokens.push({ type: '', text: '', at: end });
  return tokens;
}

/**
 * Reads a formula by recursive descent, a method per level of precedence; see fromExpression() for the language.
 *
 * @throws ERR_ARGUMENT with the place of the first mistake
 */
export function parse(formula: string): Formula {
  if (typeof formula !== 'string') throw new HebbError('ERR_ARGUMENT', `logic.fromExpression: a formula is a text, got ${typeof formula}`);
  return new Parser(formula).whole();
}

class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(private readonly formula: string) {
    this.tokens = tokensOf(formula);
  }

  whole(): Formula {
    const result = this.equality();
    if (this.token.type === ')') this.fail("unmatched ')'");
    if (this.token.type !== '') this.fail(`expected an operator, got '${this.token.text}'`);
    return result;
  }

  private get token(): Token {
    return this.tokens[this.next]!;
  }

  private fail(fault: string): never {
    fail(this.formula, this.token.at, fault);
  }

  /** One or more operands with the operator between them. */
  private chain(operator: string, operand: () => Formula): Formula[] {
    const operands = [operand()];
    while (this.token.type === operator) {
      this.next++;
      operands.push(operand());
    }
    return operands;
  }

  private joined(kind: 'and' | 'or' | 'xor', operands: readonly Formula[]): Formula {
    return operands.length === 1 ? operands[0]! : { kind, operands };
  }

  private equality(): Formula {
    const operands = this.chain('<->', () => this.implication());
    const differ = this.joined('xor', operands);
    // Each <-> is one ^ and one negation; an even number of negations is none.
    return operands.length % 2 === 1 ? differ : { kind: 'not', operand: differ };
  }

  /** a -> (b -> c) is !a | !b | c. */
  private implication(): Formula {
    const operands = this.chain('->', () => this.disjunction());
    const last = operands.length - 1;
    return this.joined('or', operands.map((operand, i) => (i === last ? operand : { kind: 'not', operand })));
  }

  private disjunction(): Formula {
    return this.joined('or', this.chain('|', () => this.difference()));
  }

  private difference(): Formula {
    return this.joined('xor', this.chain('^', () => this.conjunction()));
  }

  private conjunction(): Formula {
    return this.joined('and', this.chain('&', () => this.operand()));
  }

  private operand(): Formula {
    const { type, text } = this.token;
    if (++this.depth > deepest) this.fail(`more than ${deepest} parentheses and negations in each other`);
    const result = this.operandOf(type, text);
    this.depth--;
    return result;
  }

  private operandOf(type: string, text: string): Formula {
    if (type === '') this.fail(this.next === 0 ? 'empty formula' : `nothing follows '${this.tokens[this.next - 1]!.text}'`);
    this.next++;
    switch (type) {
      case 'variable':
        return { kind: 'variable', name: text };
      case 'true':
      case 'false':
        return { kind: 'constant', value: type === 'true' };
      case '!':
        return { kind: 'not', operand: this.operand() };
      case '(': {
        const inner = this.equality();
        if (this.token.type !== ')') this.fail(`expected ')'${this.token.text === '' ? '' : `, got '${this.token.text}'`}`);
        this.next++;
        return inner;
      }
      default:
        this.next--;
        return this.fail(`expected a variable, '(', a negation or a constant, got '${text}'`);
    }
  }
}
