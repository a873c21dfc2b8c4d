using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DbVc.Worker;

/// <summary>The coverage probes of one test assembly, and the class that notes their hits.</summary>
internal sealed class ProbeList
{
    public const string TypeName = "DbVcCoverage.Probe";
    public const string HitsField = "Hits";

    private readonly List<int> _files = [];
    private readonly List<int> _lines = [];
    private readonly List<bool> _isBranch = [];

    public int Add(int file, int line, bool isBranch)
    {
        _files.Add(file);
        _lines.Add(line);
        _isBranch.Add(isBranch);
        return _files.Count - 1;
    }

    public WireCoverage ToCoverage() => new([.. _files], [.. _lines], [.. _isBranch]);

    public SyntaxTree ToTree(CSharpParseOptions options) => CSharpSyntaxTree.ParseText(
        $$"""
        namespace DbVcCoverage
        {
            internal static class Probe
            {
                public static readonly byte[] Hits = new byte[{{_files.Count.ToString(CultureInfo.InvariantCulture)}}];
                public static void Line(int probe) => Hits[probe] = 1;
                public static bool Arm(int probe) { Hits[probe] = 1; return true; }
                public static bool Branch(int probe, bool outcome) { Hits[outcome ? probe : probe + 1] = 1; return outcome; }
            }
        }
        """, options, "Probe.cs", Encoding.UTF8);
}
