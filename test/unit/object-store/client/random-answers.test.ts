/** A few thousand of the random hostile answers of `npm run answers`, which tries others each time. */
import { expect, it } from "vitest";
import { Random, tryRandomAnswer } from "../../../support/random-answers.ts";

it("every HTTP store returns what it was asked for or an error of the family, whatever a server answers", async () => {
  const random = new Random(1);
  const one = async (): Promise<unknown[]> => {
    const findings: unknown[] = [];
    for (let count = 0; count < 200; count++) {
      const finding = await tryRandomAnswer(new Random(random.below(2 ** 32)));
      if (finding) findings.push(finding);
    }
    return findings;
  };
  const findings = (await Promise.all(Array.from({ length: 16 }, one))).flat();
  expect(findings).toEqual([]);
}, 120_000);
