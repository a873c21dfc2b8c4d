using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;

namespace DbVc.Worker;

/// <summary>Makes findings: where, which rule, what.</summary>
internal static class Findings
{
    private const int Most = 500;

    public static WireFinding FromCompiler(Diagnostic diagnostic) =>
        At(diagnostic.Location, diagnostic.Id, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture),
            diagnostic.Severity == DiagnosticSeverity.Error);

    /// <summary>At the file's own lines: a <c>#line</c> directive does not move a finding.</summary>
    public static WireFinding At(Location location, string rule, string message, bool isError)
    {
        var span = location.GetLineSpan();
        return new WireFinding(rule, isError, span.Path ?? "", span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1, message);
    }

    /// <summary>By place, without repetitions, at most 500.</summary>
    public static WireFinding[] InOrder(IEnumerable<WireFinding> findings) =>
        [.. findings.Distinct().OrderBy(finding => finding.File, StringComparer.Ordinal).ThenBy(finding => finding.Line).ThenBy(finding => finding.Column)
            .ThenBy(finding => finding.Rule, StringComparer.Ordinal).Take(Most)];
}
