using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DbVc.Worker;

/// <summary>The coverage probes of one test assembly, and the class that notes their hits and switches its mutants.</summary>
internal sealed class ProbeList
{
    public const string TypeName = "DbVcCoverage.Probe";
    public const string HitsField = "Hits";

    /// <summary>Other than 0 for every mutant whose place was passed; the first is 1.</summary>
    public const string ReachedField = "Reached";

    /// <summary>The mutant that is switched on; 0 for none.</summary>
    public const string ActiveField = "Active";

    /// <summary>How often loops went round.</summary>
    public const string SpinsField = "Spins";

    /// <summary>A loop beyond it is ended by an exception: a mutant may make one endless.</summary>
    public const string SpinLimitField = "SpinLimit";

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

    public SyntaxTree ToTree(CSharpParseOptions options, int mutants) => CSharpSyntaxTree.ParseText(
        $$"""
        namespace DbVcCoverage
        {
            internal static class Probe
            {
                public static readonly byte[] Hits = new byte[{{_files.Count.ToString(CultureInfo.InvariantCulture)}}];
                public static void Line(int probe) => Hits[probe] = 1;
                public static bool Arm(int probe) { Hits[probe] = 1; return true; }
                public static bool Branch(int probe, bool outcome) { Hits[outcome ? probe : probe + 1] = 1; return outcome; }
                public static readonly byte[] {{ReachedField}} = new byte[{{(mutants + 1).ToString(CultureInfo.InvariantCulture)}}];
                public static int {{ActiveField}};
                public static long {{SpinsField}};
                public static long {{SpinLimitField}} = long.MaxValue;
                public static bool Is(int mutant) { {{ReachedField}}[mutant] = 1; return {{ActiveField}} == mutant; }
                public static bool In(int first, int last)
                {
                    for (var mutant = first; mutant <= last; mutant++) {{ReachedField}}[mutant] = 1;
                    return {{ActiveField}} >= first && {{ActiveField}} <= last;
                }
                public static void Spin()
                {
                    if (++{{SpinsField}} > {{SpinLimitField}}) throw new System.InvalidOperationException("The loop does not end.");
                }
            }
        }
        """, options, "Probe.cs", Encoding.UTF8);
}
