using System.CommandLine;

namespace DbVc.Commands;

/// <summary>How requests write a parameter: <c>--dry-run</c> is <c>dryRun</c>, the argument <c>REV</c> is <c>rev</c>.</summary>
internal static class ParameterName
{
    public static string Of(Symbol parameter) => parameter is Option
        ? string.Concat(parameter.Name.TrimStart('-').Split('-').Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]))
        : parameter.Name.ToLowerInvariant();
}
