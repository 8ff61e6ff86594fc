// Arithmetic of monitor arguments: numbers, 'c', $registers, + - * / % & | ^ ~ and parentheses on 64-bit values.

/** An argument that cannot be read; the message is for the user. */
export class MonitorError extends Error {
  override readonly name = "MonitorError";
}

const LEVELS = [
  ["|", "^", "&"],
  ["+", "-"],
  ["*", "/", "%"],
];

class Parser {
  at = 0;

  constructor(
    private readonly text: string,
    private readonly register: (name: string) => bigint | undefined,
  ) {}

  expression(level = 0): bigint {
    if (level === LEVELS.length) return this.unary();
    let value = this.expression(level + 1);
    while (true) {
      const operator = this.peek();
      if (!LEVELS[level]!.includes(operator)) return value;
      this.at++;
      value = BigInt.asUintN(64, calculate(operator, value, this.expression(level + 1)));
    }
  }

  peek(): string {
    while (this.text[this.at] === " ") this.at++;
    return this.text[this.at] ?? "";
  }

  private unary(): bigint {
    const char = this.peek();
    if (char === "+" || char === "-" || char === "~") {
      this.at++;
      const value = this.unary();
      return BigInt.asUintN(64, char === "-" ? -value : char === "~" ? ~value : value);
    }
    if (char === "(") {
      this.at++;
      const value = this.expression();
      if (this.peek() !== ")") throw new MonitorError("')' expected");
      this.at++;
      return value;
    }
    if (char === "'") {
      const code = this.text.charCodeAt(this.at + 1);
      if (this.text[this.at + 2] !== "'") throw new MonitorError("missing terminating ' character");
      this.at += 3;
      return BigInt(code);
    }
    if (char === "$") {
      const name = /^\$([a-zA-Z0-9_]+)/.exec(this.text.slice(this.at))?.[1] ?? "";
      const value = this.register(name.toLowerCase());
      if (value === undefined) throw new MonitorError(`unknown register '$${name}'`);
      this.at += name.length + 1;
      return value;
    }
    return this.number();
  }

  private number(): bigint {
    const rest = this.text.slice(this.at);
    const match = /^(0x[0-9a-f]+|\d+)/i.exec(rest);
    if (!match) {
      throw new MonitorError(rest === "" ? "unexpected end of expression" : `invalid char '${rest[0]}' in expression`);
    }
    this.at += match[0].length;
    const digits = match[0];
    const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    return BigInt.asUintN(64, value);
  }
}

function calculate(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    default:
      if (b === 0n) throw new MonitorError("division by zero");
      return operator === "/" ? a / b : a % b;
  }
}

/** The value of a whole text. Throws MonitorError. */
export function evaluate(text: string, register: (name: string) => bigint | undefined): bigint {
  const parser = new Parser(text, register);
  const value = parser.expression();
  const rest = parser.peek();
  if (rest !== "") throw new MonitorError(`invalid char '${rest}' in expression`);
  return value;
}
