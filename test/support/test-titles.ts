import ts from 'typescript';

/** What makes a test or a group of them; `fuzz` is `it` for a parser. */
const makers: ReadonlySet<string> = new Set(['it', 'describe', 'fuzz']);

/**
 * The titles of tests and groups that stand in the text of a test file, as they are written there: the first words of a
 * call, and those that a table of `each` begins its rows with. What else the file says is none.
 */
export function testTitles(text: string): readonly string[] {
  const file = ts.createSourceFile('a.test.ts', text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined)
      constants.set(node.name.text, node.initializer);
    if (ts.isCallExpression(node) && makers.has(firstName(node))) calls.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return calls.flatMap((call) => {
    const [first] = call.arguments;
    if (first === undefined) return [];
    return takesTable(call) ? rowTitles(first, constants) : literal(first);
  });
}

/** The name that a chain of calls and properties begins with. */
function firstName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isCallExpression(node) || ts.isPropertyAccessExpression(node) ? firstName(node.expression) : '';
}

function takesTable({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && ['each', 'for'].includes(expression.name.text);
}

/** A text's words, those between what is put into it included. */
function literal(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isTemplateExpression(node) ? [node.getText().slice(1, -1)] : [];
}

/** What the rows of a table begin with: a text, a row's first one, an object's `title`, or the key of an entry. */
function rowTitles(table: ts.Node, constants: ReadonlyMap<string, ts.Expression>): string[] {
  const inside = (node: ts.Node | undefined): string[] =>
    node === undefined ? [] : rowTitles(node, constants);
  if (ts.isIdentifier(table)) return inside(constants.get(table.text));
  if (ts.isAsExpression(table) || ts.isSatisfiesExpression(table) || ts.isSpreadElement(table))
    return inside(table.expression);
  // `Object.entries(table)`, or a table of which some rows are taken.
  if (ts.isCallExpression(table))
    return firstName(table) === 'Object' ? inside(table.arguments[0]) : inside(table.expression);
  if (ts.isPropertyAccessExpression(table)) return inside(table.expression);
  if (ts.isArrayLiteralExpression(table)) return table.elements.flatMap(inRow(inside));
  if (!ts.isObjectLiteralExpression(table)) return [];
  return table.properties.flatMap((one) =>
    ts.isSpreadAssignment(one) ? inside(one.expression) : keyOf(one.name),
  );
}

const inRow =
  (inside: (node: ts.Node) => string[]) =>
  (row: ts.Expression): string[] => {
    if (ts.isSpreadElement(row)) return inside(row);
    if (ts.isArrayLiteralExpression(row)) return row.elements.slice(0, 1).flatMap(literal);
    if (!ts.isObjectLiteralExpression(row)) return literal(row);
    return row.properties
      .filter(ts.isPropertyAssignment)
      .filter(({ name }) => keyOf(name).includes('title'))
      .flatMap(({ initializer }) => literal(initializer));
  };

function keyOf(name: ts.PropertyName | undefined): string[] {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : [];
}
