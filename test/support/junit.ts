import { readFileSync } from "node:fs";
import { validateXML } from "xmllint-wasm";
import { repoPath } from "./shared.js";

const SCHEMA = readFileSync(repoPath("test/support/junit.xsd"), "utf8");

/** What is wrong with a JUnit file: what libxml2 says of it under Jenkins' schema, and counts that do not add up. */
export async function junitProblems(xml: string): Promise<string[]> {
  const { errors } = await validateXML({
    xml: { fileName: "check.xml", contents: xml },
    schema: SCHEMA,
  });
  return [...errors.map(({ message }) => message), ...countProblems(xml)];
}

/** Each suite, and the whole, must say how many cases there are; a schema cannot count. */
function countProblems(xml: string): string[] {
  const problems: string[] = [];
  const suites = [...xml.matchAll(/<testsuite (.*?)>([\s\S]*?)<\/testsuite>/g)];
  for (const [, attributes, inside] of [...suites, /<testsuites(.*?)>([\s\S]*)/.exec(xml)!]) {
    for (const [key, element] of [
      ["tests", "testcase"],
      ["failures", "failure"],
      ["skipped", "skipped"],
    ] as const) {
      const stated = new RegExp(`\\b${key}="(\\d+)"`).exec(attributes!)?.[1];
      const there = inside!.split(`<${element}`).length - 1;
      if (stated !== undefined && Number(stated) !== there)
        problems.push(`${key} says ${stated}, there are ${there}`);
    }
  }
  return problems;
}
