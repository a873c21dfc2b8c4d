using DbVc.Model;
using System.Text.Json.Nodes;
using DbVc.Agents;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The code and its tests compile.</summary>
public sealed class SyntaxGate : IGate
{
    public string Name => "syntax";

    public GateResult Run(GateContext context)
    {
        var files = context.Subject.Files;
        if (files.All(f => f.IsTest)) return GateResult.Of(Name, "no code", [new("There is no generated code in the branch.")], []);
        var errors = context.Compiled.Errors;
        var evidence = new JsonObject
        {
            ["files"] = new JsonArray([.. files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => (JsonNode)new JsonObject
            {
                ["path"] = f.Path,
                ["lines"] = f.Text.Count(c => c == '\n'),
            })]),
            ["errors"] = errors.Count,
        };
        var summary = errors.Count == 0 ? (files.Count == 1 ? "1 file compiles" : $"{files.Count} files compile") : Quantity.Of(errors.Count, "error");
        var findings = errors.Select(ToFinding).ToList();
        if (errors.Count == 0 && !context.Compiled.Succeeded) findings.Add(new("The code gave no pipeline."));
        if (context.Definition is { } definition)
        {
            evidence["definition"] = definition.Statement;
            if (definition.Problem is { } problem) findings.Add(problem);
            else summary += ", the engine takes the table";
        }

        return GateResult.Of(Name, summary, findings, evidence);
    }

    internal static GateFinding ToFinding(CodeFinding finding) =>
        new(finding.Message) { File = finding.File, Line = finding.Line, Rule = finding.Rule };
}

/// <summary>The code is as tidy as a reviewer would ask for.</summary>
public sealed class LintGate : IGate
{
    public string Name => "lint";

    public GateResult Run(GateContext context)
    {
        if (!context.Compiled.Succeeded) return GateResult.NotRun(Name, "the code does not compile");
        var lint = context.Compiled.Lint;
        var errors = lint.Where(f => f.IsError).ToList();
        var warnings = lint.Where(f => !f.IsError).ToList();
        var evidence = new JsonObject
        {
            ["errors"] = errors.Count,
            ["warnings"] = warnings.Count,
            ["warningsAllowed"] = context.Thresholds.LintWarnings,
        };
        var summary = lint.Count == 0 ? "clean" : $"{Quantity.Of(errors.Count, "error")}, {Quantity.Of(warnings.Count, "warning")}";
        var refused = warnings.Count > context.Thresholds.LintWarnings ? errors.Concat(warnings) : errors;
        return GateResult.Of(Name, summary, [.. refused.Select(SyntaxGate.ToFinding)], evidence);
    }
}

/// <summary>Nothing in code or metadata reaches for what a pipeline has no business with, and no secret lies in them.</summary>
public sealed class SecurityGate : IGate
{
    public string Name => "security";

    public GateResult Run(GateContext context)
    {
        var findings = context.Compiled.Security.Select(SyntaxGate.ToFinding).ToList();
        if (SecretMask.HoldsSecret(context.Subject.MetadataText))
        {
            findings.Add(new("The metadata holds a secret; name an environment variable or a configured source instead.")
            {
                File = BranchPath.MetadataFile,
                Rule = "security.secret",
            });
        }

        findings.AddRange(InstructionFinder.Find(context.Subject.MetadataText).Select(i => new GateFinding(
            $"{i.Path} speaks to a model or a reader and describes no data: {i.Words}")
        { File = BranchPath.MetadataFile, Rule = "security.injection" }));
        if (context.Measured.Tested is { } tested && SecretMask.HoldsSecret(tested.Output))
            findings.Add(new("The tests print a secret.") { Rule = "security.secret" });
        foreach (var file in context.Subject.Files.Where(f => SecretMask.HoldsSecret(f.Text)))
        {
            if (findings.Any(f => f.File == file.Path && f.Rule == "security.secret")) continue;
            findings.Add(new("The file holds a secret.") { File = file.Path, Rule = "security.secret" });
        }

        var sandbox = context.Sandbox == SandboxMode.None ? "NONE" : "bubblewrap";
        var excused = context.Compiled.Excused;
        var evidence = new JsonObject { ["findings"] = findings.Count, ["excused"] = excused.Count, ["sandbox"] = sandbox };
        var summary = (findings.Count == 0 ? "nothing found" : Quantity.Of(findings.Count, "finding"))
            + (excused.Count == 0 ? "" : $"; {excused.Count} allowed by {CodePolicy.FileName}")
            + (context.Sandbox == SandboxMode.None ? "; RAN WITHOUT SANDBOX" : "");
        var result = GateResult.Of(Name, summary, findings, evidence);
        return result with { Findings = [.. result.Findings, .. excused.Select(SyntaxGate.ToFinding)] };
    }
}
