/** A few thousand of the random hostile answers of `npm run answers`. */
import { expect, it } from "vitest";
import { Random, tryRandomAnswer } from "../../../support/random-answers.ts";

it("every HTTP store returns what it was asked for or an error of the family, whatever a server answers", async () => {
  const seed = Date.now() % 2 ** 31;
  const random = new Random(seed);
  const one = async (): Promise<unknown[]> => {
    const findings: unknown[] = [];
    for (let count = 0; count < 200; count++) {
      const finding = await tryRandomAnswer(new Random(random.below(2 ** 32)));
      if (finding) findings.push(finding);
    }
    return findings;
  };
  const findings = (await Promise.all(Array.from({ length: 16 }, one))).flat();
  expect(findings, `seed ${seed}`).toEqual([]);
}, 120_000);
