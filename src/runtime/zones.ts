/**
 * What ships with the program: the clusters and the small internet.
 *
 * @module
 */
import demo from "../../zones/demo.json" with { type: "json" };
import internet from "../../zones/internet.json" with { type: "json" };
import lab from "../../zones/lab.json" with { type: "json" };

export const BUNDLED_CLUSTERS: Readonly<Record<string, unknown>> = { demo, lab };
export const INTERNET: unknown = internet;
