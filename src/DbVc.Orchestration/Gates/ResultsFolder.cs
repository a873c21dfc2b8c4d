using System.Globalization;
using System.Text;
using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Writes <c>results/test_results.json</c>, <c>execution.log</c>, <c>junit.xml</c> and <c>gates.sarif</c> of a branch's folder, each whole or not at all.
/// </summary>
public sealed class ResultsFolder(string branchFolder, SecretMask mask)
{
    public string ReportPath => Path.Combine(branchFolder, "results", "test_results.json");

    public string LogPath => Path.Combine(branchFolder, "results", "execution.log");

    public void Write(GateReport report)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(branchFolder, "results"));
            Replace(ReportPath, report.ToReadableText(mask));
            Replace(LogPath, Describe(report));
            WholeFile.Write(Path.Combine(branchFolder, "results", "junit.xml"), JUnitReport.Write(report, mask), durable: true);
            WholeFile.Write(Path.Combine(branchFolder, "results", "gates.sarif"), SarifReport.Write(report, mask), durable: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DbVcException(FailureKind.Failed, "results.unwritable", "The results cannot be written.", branchFolder,
                "Check free space and permissions.", failure);
        }
    }

    private string Describe(GateReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Time:yyyy-MM-ddTHH:mm:ssZ} branch {report.Branch}, task {report.Task}\n");
        text.Append(CultureInfo.InvariantCulture, $"metadata {report.Metadata[..10]}, code {report.Code[..10]}, sandbox {report.Sandbox}\n\n");
        foreach (var gate in report.Gates)
        {
            var decision = gate.Decision switch { GateDecision.Passed => "PASSED", GateDecision.Failed => "FAILED", _ => "NOT RUN" };
            text.Append(CultureInfo.InvariantCulture, $"{gate.Name,-14}{decision,-9}{gate.Seconds,8:0.000} s  {mask.Mask(gate.Summary)}\n");
            foreach (var finding in gate.Findings) text.Append("    ").Append(mask.Mask(Describe(finding))).Append('\n');
        }

        return text.Append(report.Passed ? "\nAll gates passed.\n" : "\nRefused.\n").ToString();
    }

    /// <summary>One line: where, which rule, what.</summary>
    internal static string Describe(GateFinding finding)
    {
        var text = new StringBuilder();
        if (finding.File is not null) text.Append(finding.File);
        if (finding.Line is not null) text.Append(CultureInfo.InvariantCulture, $":{finding.Line}");
        if (finding.Row is not null) text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? " " : "")}record {finding.Row}");
        if (finding.Rule is not null) text.Append(text.Length > 0 ? " " : "").Append('[').Append(finding.Rule).Append(']');
        return text.Append(text.Length > 0 ? " " : "").Append(finding.Message.ReplaceLineEndings(" ")).ToString();
    }

    private static void Replace(string path, string content) => WholeFile.Write(path, Encoding.UTF8.GetBytes(content), durable: true);
}
