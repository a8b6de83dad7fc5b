/**
 * The part of Jenkins' JUnit schema (jenkinsci/xunit-plugin, junit-10.xsd) that such files use: which elements may stand
 * within which, and which attributes they must and may have.
 */
const SCHEMA: Record<string, { within: string[]; must: string[]; may: string[] }> = {
  testsuites: {
    within: [""],
    must: [],
    may: ["name", "time", "tests", "failures", "errors", "disabled", "skipped"],
  },
  testsuite: {
    within: ["testsuites"],
    must: ["name"],
    may: [
      "tests",
      "failures",
      "errors",
      "time",
      "disabled",
      "skipped",
      "timestamp",
      "hostname",
      "id",
      "package",
    ],
  },
  properties: { within: ["testsuite"], must: [], may: [] },
  property: { within: ["properties"], must: ["name", "value"], may: [] },
  testcase: { within: ["testsuite"], must: ["name", "classname"], may: ["time", "assertions", "status"] },
  failure: { within: ["testcase"], must: [], may: ["message", "type"] },
  skipped: { within: ["testcase"], must: [], may: ["message", "type"] },
};

const TOKEN = /<\?xml[^?]*\?>|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/g;
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d+);)/;

/** What is wrong with a JUnit file: form, structure, attributes, and counts that do not add up. */
export function junitProblems(xml: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const counted: Record<string, number> = {};
  let stated: Record<string, string> = {};
  if (ENTITY.test(xml)) problems.push("a bare &");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(xml)) problems.push("a control character");
  for (const [token, closing, name, attributes, empty, text, stray] of xml.matchAll(TOKEN)) {
    if (stray !== undefined) problems.push(`a stray < before ${xml.slice(xml.indexOf(token), 40)}`);
    if (text?.trim() && open.at(-1) !== "failure")
      problems.push(`text within ${open.at(-1)}: ${text.trim()}`);
    if (name === undefined) continue;
    if (closing) {
      if (open.pop() !== name) problems.push(`</${name}> closes nothing`);
      continue;
    }
    counted[name] = (counted[name] ?? 0) + 1;
    const given = Object.fromEntries(
      [...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k!, v!]),
    );
    if (name === "testsuites") stated = given;
    const rule = SCHEMA[name];
    if (rule === undefined) problems.push(`<${name}> is unknown`);
    else {
      if (!rule.within.includes(open.at(-1) ?? "")) problems.push(`<${name}> within ${open.at(-1)}`);
      for (const key of rule.must) if (!(key in given)) problems.push(`<${name}> lacks ${key}`);
      for (const key of Object.keys(given))
        if (![...rule.must, ...rule.may].includes(key)) problems.push(`<${name}> has ${key}`);
    }
    if (!empty) open.push(name);
  }
  if (open.length > 0) problems.push(`${open.join(", ")} never close`);
  for (const [key, element] of [
    ["tests", "testcase"],
    ["failures", "failure"],
    ["skipped", "skipped"],
  ] as const)
    if (Number(stated[key]) !== (counted[element] ?? 0))
      problems.push(`${key} says ${stated[key]}, there are ${counted[element] ?? 0}`);
  return problems;
}
