using DbVc.Model;
using System.Globalization;
using System.Text.Json.Nodes;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The tests pass and reach enough of the code.</summary>
public sealed class UnitTestsGate : IGate
{
    private const int MostSurvivors = 20;
    private const int MostSurvivorsKept = 200;

    public string Name => "unit";

    public GateResult Run(GateContext context)
    {
        if (context.WhyNotRunnable is { } why) return GateResult.NotRun(Name, why);
        var tests = context.Tested;
        var findings = tests.Cases.Where(c => c.Outcome == TestOutcome.Failed).Select(c => FailedTest.Describe(c, context.Subject.Files)).ToList();
        findings.AddRange(tests.Cases.Where(c => c.Outcome == TestOutcome.Skipped)
            .Select(c => TestPlace.Put(new GateFinding($"{c.Name} is skipped, so it cannot fail.") { Rule = "tests.skipped" }, context.Subject.Files, c.Name)));
        findings.AddRange(context.Compiled.Tests.Select(SyntaxGate.ToFinding));
        if (!tests.Finished) findings.Add(new(tests.TimedOut ? "The tests took too long and were stopped." : "The tests ended before the last one."));
        if (tests.Finished && tests.Passed == 0 && findings.Count == 0) findings.Add(new("No test was run."));
        if (tests.Total == 0)
            return GateResult.Of(Name, tests.Finished ? "no tests" : "no test came to its end", findings, Describe(tests, context.Thresholds));
        AddCoverage(findings, "lines", tests.LineCoverage, context.Thresholds.LineCoverage, tests);
        AddCoverage(findings, "branches", tests.BranchCoverage, context.Thresholds.BranchCoverage, tests);
        if (tests.Mutation is { } mutation) AddSurvivors(findings, mutation, context.Thresholds.MutationScore);
        var noticed = tests.Mutation is { Tried: > 0 } measured ? $", {Percent(measured.Score)} of {measured.Tried} mutants noticed" : "";
        var summary = string.Create(CultureInfo.InvariantCulture,
            $"{tests.Passed}/{tests.Total} (coverage {Percent(tests.LineCoverage)} of lines, {Percent(tests.BranchCoverage)} of branches{noticed})");
        return GateResult.Of(Name, summary, findings, Describe(tests, context.Thresholds));
    }

    private static void AddCoverage(List<GateFinding> findings, string what, double reached, double wanted, TestRunResult tests)
    {
        if (reached >= wanted) return;
        findings.Add(new($"The tests reach {Percent(reached)} of {what}, {Percent(wanted)} are wanted.") { Rule = "coverage." + what });
        if (what != "lines") return;
        findings.AddRange(tests.Coverage.Where(f => f.LinesMissed.Count > 0)
            .Select(f => new GateFinding($"The tests do not reach {Quantity.Of(f.LinesMissed.Count, "line")}.")
            {
                File = f.File,
                Line = f.LinesMissed[0],
                Rule = "coverage.lines",
            }));
    }

    private static void AddSurvivors(List<GateFinding> findings, MutationResult mutation, double wanted)
    {
        if (mutation.Score >= wanted) return;
        findings.Add(new($"The tests notice {Percent(mutation.Score)} of small changes of the code, {Percent(wanted)} are wanted.") { Rule = "tests.mutants" });
        findings.AddRange(mutation.Survivors.Take(MostSurvivors).Select(s =>
            new GateFinding($"No test notices: {s.Change}") { File = s.File, Line = s.Line, Rule = "tests.mutants" }));
    }

    private static JsonObject? Describe(MutationResult? mutation) => mutation is null ? null : new()
    {
        ["total"] = mutation.Total,
        ["tried"] = mutation.Tried,
        ["noticed"] = mutation.Killed,
        ["survivors"] = new JsonArray([.. mutation.Survivors.Take(MostSurvivorsKept).Select(s => (JsonNode)new JsonObject
        {
            ["file"] = s.File,
            ["line"] = s.Line,
            ["change"] = s.Change,
            ["reached"] = s.IsReached,
        })]),
    };

    private static JsonObject Describe(TestRunResult tests, GateThresholds thresholds) => new()
    {
        ["passed"] = tests.Passed,
        ["total"] = tests.Total,
        ["lineCoverage"] = tests.Total == 0 ? null : Math.Round(tests.LineCoverage, 4),
        ["branchCoverage"] = tests.Total == 0 ? null : Math.Round(tests.BranchCoverage, 4),
        ["lineCoverageWanted"] = thresholds.LineCoverage,
        ["branchCoverageWanted"] = thresholds.BranchCoverage,
        ["mutationScore"] = tests.Mutation is { } mutation ? Math.Round(mutation.Score, 4) : null,
        ["mutationScoreWanted"] = thresholds.MutationScore,
        ["mutants"] = Describe(tests.Mutation),
        ["cases"] = new JsonArray([.. tests.Cases.Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name,
            ["outcome"] = c.Outcome.ToString().ToLowerInvariant(),
            ["seconds"] = Math.Round(c.Seconds, 3),
        })]),
        ["files"] = new JsonArray([.. tests.Coverage.Select(f => (JsonNode)new JsonObject
        {
            ["file"] = f.File,
            ["lines"] = f.Lines,
            ["linesCovered"] = f.LinesCovered,
            ["branches"] = f.Branches,
            ["branchesCovered"] = f.BranchesCovered,
        })]),
    };

    internal static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}

/// <summary>The pipeline runs end to end on the sample, and every record is accounted for.</summary>
public sealed class IntegrationGate : IGate
{
    private const int MostKinds = 10;

    public string Name => "integration";

    public GateResult Run(GateContext context)
    {
        if (context.WhyNotRunnable is { } why) return GateResult.NotRun(Name, why);
        var run = context.Ran;
        var rows = run.Rows;
        var findings = new List<GateFinding>();
        if (rows.Read == 0) findings.Add(new("The source holds no record, so nothing was tested."));
        if (rows.Read != rows.Loaded + rows.Rejected + rows.Filtered)
            findings.Add(new($"Of {Quantity.Of(rows.Read, "record")}, {Quantity.Of(rows.Loaded + rows.Rejected + rows.Filtered)} are accounted for."));
        if (!run.Columns.SequenceEqual(context.Subject.Expected.Columns))
        {
            findings.Add(new($"The pipeline fills {string.Join(", ", run.Columns)}; the metadata asks for "
                + $"{string.Join(", ", context.Subject.Expected.Columns)}."));
        }

        var evidence = new JsonObject
        {
            ["read"] = rows.Read,
            ["loaded"] = rows.Loaded,
            ["rejected"] = rows.Rejected,
            ["filtered"] = rows.Filtered,
            ["columns"] = new JsonArray([.. run.Columns.Select(c => (JsonNode)c)]),
        };
        var tried = context.Tried;
        // The whole run is compared, too: code may know a trial when it sees one.
        var compared = tried is null || run.Compared.Differences > 0 ? run.Compared : tried.Compared;
        AddDifferences(findings, compared, context.Thresholds.SampleDifferences);
        evidence["compared"] = compared.Records;
        evidence["differencesTolerated"] = context.Thresholds.SampleDifferences;
        if (tried is not null)
        {
            findings.AddRange(tried.Problems);
            evidence["trial"] = Describe(tried);
        }

        if (run.Reshaped.Count > 0) evidence["reshaped"] = new JsonArray([.. run.Reshaped.Select(Describe)]);
        var reshaped = run.Reshaped.Count == 0 ? "" : $" (reshaped from {run.Reshaped[0].Taken} in the source)";
        var trial = tried is null ? ""
            : tried.Problems.Count > 0 ? "; not the same when it is run again"
            : compared.Differences > 0 ? $"; {Quantity.Of(compared.Differences)} of the first {Quantity.Of(compared.Records)} otherwise than the metadata says"
            : $"; the first {tried.Records} again{(tried.KilledAfter is null ? "" : ", and after a kill")}: the same";
        var summary = $"{rows.Read} read{reshaped}, {rows.Loaded} loaded, {rows.Rejected} rejected, {rows.Filtered} filtered{trial}";
        return GateResult.Of(Name, summary, findings, evidence);
    }

    private static void AddDifferences(List<GateFinding> findings, SampleComparison compared, double tolerated)
    {
        if (compared.Differences <= compared.Records * (decimal)tolerated) return;
        var tolerance = tolerated > 0 ? $"; {UnitTestsGate.Percent(tolerated)} would be tolerated" : "";
        findings.Add(new($"The code takes {Quantity.Of(compared.Differences)} of the first {Quantity.Of(compared.Records, "record")} otherwise than the "
            + $"metadata says{tolerance}.\n"
            + "Change the code; or, if the code is right, the metadata. Where code must do more than metadata can say, a share is allowed by "
            + "gates.sample_differences.")
        { Rule = "trial.expected" });
        findings.AddRange(compared.Kinds.Take(MostKinds).Select(kind =>
            new GateFinding($"{kind.What} ({Quantity.Of(kind.Records, "record")}). In this one {kind.How}.") { Row = kind.First, Rule = "trial.expected" }));
    }

    private static JsonObject Describe(TrialResult trial) => new()
    {
        ["sample"] = trial.Sample.ToString(),
        ["read"] = trial.Rows.Read,
        ["loaded"] = trial.Rows.Loaded,
        ["rejected"] = trial.Rows.Rejected,
        ["filtered"] = trial.Rows.Filtered,
        ["content"] = trial.Content.ToString(),
        ["quarantine"] = trial.Rejected.ToString(),
        ["killedAfter"] = trial.KilledAfter,
        ["differences"] = trial.Compared.Differences,
        ["rejectedByRule"] = new JsonObject(trial.RejectedByRule.OrderBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => KeyValuePair.Create(r.Key, (JsonNode?)r.Value))),
    };

    private static JsonObject Describe(ReshapeCount count) => new()
    {
        ["step"] = count.Step,
        ["in"] = count.Taken,
        ["out"] = count.Given,
        ["filled"] = count.Filled,
        ["unfilled"] = count.Unfilled,
        ["unread"] = count.Unread,
        ["dropped"] = count.Dropped,
        ["rejected"] = count.Rejected,
    };
}

/// <summary>What was loaded is what the metadata promises, by the host's own judgement.</summary>
public sealed class DataQualityGate : IGate
{
    private const int MaxFindings = 20;

    public string Name => "data quality";

    public GateResult Run(GateContext context)
    {
        if (context.WhyNotRunnable is { } why) return GateResult.NotRun(Name, why);
        var run = context.Ran;
        var wanted = context.Subject.Expected.ValidationThreshold;
        var judged = Judged(run.Rows);
        var success = judged == 0 ? run.Rows.Read == 0 ? 1 : 0 : (double)(run.Rows.Loaded + run.Rows.Kept) / judged;
        var findings = new List<GateFinding>();
        if (success < wanted) AddRejections(findings, run, success, wanted);
        if (run.Disagreements > 0) AddDisagreements(findings, run);
        findings.AddRange(run.Rules.Where(r => r.IsBroken && r.Rule.Severity == RuleSeverity.Fail).Select(ToFinding));
        findings.AddRange(TableRuleFindings.Objections(run));
        if (run.Unexplained > 0)
        {
            findings.Add(new($"The code leaves out {Quantity.Of(run.Unexplained, "record")} though no rule of the metadata says so.") { Rule = "filtered" });
        }

        if (!Reconciles(run, context.Subject.Expected.Disposition))
        {
            findings.Add(new($"The load brought {Quantity.Of(run.Rows.Loaded, "row")}, but the table went from {run.TableRowsBefore} to {run.TableRowsAfter}.")
            {
                Rule = "reconciliation",
            });
        }

        findings.AddRange(run.Violations.Take(MaxFindings).Select(v =>
            new GateFinding($"{v.Table} {v.Key}: {v.Message}") { Rule = v.Constraint, Foreign = v.Key }));
        var evidence = new JsonObject
        {
            ["success"] = Math.Round(success, 6),
            ["successWanted"] = wanted,
            ["disagreements"] = run.Disagreements,
            ["violations"] = run.Violations.Count,
            ["tableRowsBefore"] = run.TableRowsBefore,
            ["tableRowsAfter"] = run.TableRowsAfter,
            ["rules"] = new JsonArray([.. run.Rules.Select(Describe)]),
            ["tableRules"] = TableRuleFindings.Describe(run),
            ["drift"] = run.Drift.Count,
            ["rejectedByRule"] = new JsonObject(run.RejectedByRule.Select(r => KeyValuePair.Create(r.Key, (JsonNode?)r.Value))),
        };
        var relation = success < wanted ? "<" : "≥";
        var warned = run.Rules.Where(Warns).Select(r => $"; warning: {Quantity.Of(r.Failed, "row")}, {r.Rule.Message}");
        var summary = $"{UnitTestsGate.Percent(success)} {relation} {UnitTestsGate.Percent(wanted)}{string.Concat(warned)}{TableRuleFindings.Summary(run)}";
        var result = GateResult.Of(Name, summary, findings, evidence);
        return result with { Findings = [.. result.Findings, .. TableRuleFindings.Remarks(run)] };
    }

    /// <summary>Records that rules could accept or reject.</summary>
    private static long Judged(RowCounts rows) => rows.Read - rows.Filtered + rows.Kept;

    private static bool Reconciles(SampleRun run, Disposition disposition)
    {
        var added = run.TableRowsAfter - run.TableRowsBefore;
        return disposition switch
        {
            Disposition.Replace => run.TableRowsAfter == run.Rows.Loaded,
            Disposition.Upsert => added == run.Rows.Loaded - run.Rows.Replaced,
            _ => added == run.Rows.Loaded,
        };
    }

    private static bool Warns(RuleOutcome rule) =>
        rule.Rule.Severity == RuleSeverity.Warn && (rule.Rule.MinimumShare is null ? rule.Failed > 0 : rule.IsBroken);

    private static GateFinding ToFinding(RuleOutcome rule)
    {
        var found = rule.Rule.MinimumShare is { } least
            ? $"{UnitTestsGate.Percent(rule.Share)} of {Quantity.Of(rule.Evaluated, "row")} pass, {UnitTestsGate.Percent((double)least)} are wanted: "
            : $"A rule that no row may break is broken by {Quantity.Of(rule.Failed, "row")}: ";
        return new GateFinding(found + rule.Rule.Message) { Rule = rule.Rule.Name };
    }

    private static JsonNode Describe(RuleOutcome rule) => new JsonObject
    {
        ["rule"] = rule.Rule.Name,
        ["text"] = rule.Rule.Text,
        ["field"] = rule.Rule.ReportedField,
        ["severity"] = RuleSeverities.NameOf(rule.Rule.Severity),
        ["mostly"] = rule.Rule.MinimumShare,
        ["evaluated"] = rule.Evaluated,
        ["skipped"] = rule.Skipped,
        ["failed"] = rule.Failed,
        ["share"] = Math.Round(rule.Share, 6),
    };

    private static void AddRejections(List<GateFinding> findings, SampleRun run, double success, double wanted)
    {
        var (accepted, judged) = (run.Rows.Loaded + run.Rows.Kept, Judged(run.Rows));
        var several = run.RejectedByRule.Values.Sum() > run.Rows.Rejected ? "; some broke several rules" : "";
        findings.Add(new($"{Quantity.Of(accepted)} of {Quantity.Of(judged, "record")} were accepted ({UnitTestsGate.Percent(success)}), "
            + $"{UnitTestsGate.Percent(wanted)} are wanted{several}.")
        {
            Rule = "validation_threshold",
        });
        findings.AddRange(run.RejectedByRule.OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Take(MaxFindings)
            .Select(r => new GateFinding($"The rule {r.Key} rejected {Quantity.Of(r.Value, "record")}.") { Rule = r.Key, Foreign = r.Key }));
        findings.AddRange(run.FirstFailures.Take(MaxFindings).Select(ToFinding));
    }

    private static void AddDisagreements(List<GateFinding> findings, SampleRun run)
    {
        findings.Add(new($"The code accepted {Quantity.Of(run.Disagreements, "row")} that the declared rules reject.") { Rule = "host-check" });
        findings.AddRange(run.FirstDisagreements.Take(MaxFindings).Select(ToFinding));
    }

    private static GateFinding ToFinding(RowFailure failure)
    {
        var message = failure.Field.Length == 0 ? failure.Message : $"{failure.Field}: {failure.Message}";
        return new GateFinding(message) { Rule = failure.Rule, Row = failure.Record, Foreign = message };
    }
}
