using System.Text;
using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace DbVc.Worker;

/// <summary>Compiles and analyses a pipeline's code; never runs any of it.</summary>
internal static class CodeCompiler
{
    private const int MutantAttempts = 4;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.Parse);

    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: false, deterministic: true,
        nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999,
        // xunit was built against an older runtime; the SDK silences this one too.
        specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress)]);

    /// <summary>The reply and its four blobs: assembly, symbols, instrumented test assembly, its symbols.</summary>
    public static (CompileReply Reply, ReadOnlyMemory<byte>[] Blobs) Compile(CompileRequestHeader request, byte[][] texts)
    {
        if (request.Files.Length != texts.Length)
            throw new WireException("a compile request needs one text for each file");
        var files = request.Files.Select((file, number) => CodeTree.Parse(number, file, texts[number], ParseOptions)).ToList();
        var whole = CSharpCompilation.Create(request.AssemblyName, files.Select(file => file.Tree), References.ForTests, Options);
        var diagnostics = whole.GetDiagnostics();
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(Findings.FromCompiler).ToList();
        var lint = new LintAnalysis(files).Run(diagnostics);
        var security = new SecurityAnalysis(whole, files).Run();
        var tests = errors.Count == 0 ? new TestAnalysis(whole, files).Run() : [];

        var blobs = new ReadOnlyMemory<byte>[4];
        var coverage = new WireCoverage([], [], []);
        var mutants = new WireMutants([], [], []);
        if (errors.Count == 0)
        {
            var pipeline = CSharpCompilation.Create(
                request.AssemblyName, files.Where(file => !file.IsTest).Select(file => file.Tree), References.ForPipeline, Options);
            errors.AddRange(Emit(pipeline, out blobs[0], out blobs[1]).Select(Findings.FromCompiler));
        }
        if (errors.Count == 0 && files.Exists(file => file.IsTest))
            (coverage, mutants) = EmitInstrumented(whole, files, out blobs[2], out blobs[3]);
        if (errors.Count > 0)
            Array.Clear(blobs);
        return (new CompileReply(
            Findings.InOrder(errors), Findings.InOrder(lint), Findings.InOrder(security), Findings.InOrder(tests), coverage, mutants), blobs);
    }

    /// <summary>
    /// Mutants that the compiler refuses are left out, and all of them if it cannot be told which; branch probes are left out when they keep the
    /// code from compiling: definite assignment through a condition can be too clever for them.
    /// </summary>
    private static (WireCoverage, WireMutants) EmitInstrumented(
        Compilation whole, List<CodeTree> files, out ReadOnlyMemory<byte> assembly, out ReadOnlyMemory<byte> symbols)
    {
        var refused = new HashSet<int>();
        for (var attempt = 0; ; attempt++)
        {
            var (withMutants, withBranches) = (attempt < MutantAttempts, attempt <= MutantAttempts);
            var probes = new ProbeList();
            var mutants = new MutantList(refused);
            var trees = files.Select(file => file.IsTest ? file.Tree : CoverageRewriter.Rewrite(
                withMutants ? MutationRewriter.Rewrite(file, whole, mutants, ParseOptions) : file, probes, withBranches, ParseOptions)).ToList();
            trees.Add(probes.ToTree(ParseOptions, mutants.Count));
            var instrumented = CSharpCompilation.Create(whole.AssemblyName, trees, References.ForTests, Options);
            var errors = Emit(instrumented, out assembly, out symbols);
            if (errors.Count == 0)
                return (probes.ToCoverage(), mutants.ToWire());
            if (!withBranches)
                throw new InvalidOperationException($"The instrumented code does not compile: {errors[0]}");
            var places = errors.Select(error => MutantList.PlaceOf(error.Location.SourceTree?.GetRoot().FindNode(error.Location.SourceSpan))).ToList();
            refused.UnionWith(places.OfType<int>());
            if (withMutants && places.Contains(null))
                attempt = MutantAttempts - 1;
        }
    }

    private static List<Diagnostic> Emit(CSharpCompilation compilation, out ReadOnlyMemory<byte> assembly, out ReadOnlyMemory<byte> symbols)
    {
        using var assemblyStream = new MemoryStream();
        using var symbolStream = new MemoryStream();
        var result = compilation.Emit(assemblyStream, symbolStream, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        assembly = result.Success ? assemblyStream.ToArray() : default;
        symbols = result.Success ? symbolStream.ToArray() : default;
        return result.Success ? [] : [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
    }
}

/// <summary>One file of a request and its syntax.</summary>
internal sealed record CodeTree(int Number, bool IsTest, SyntaxTree Tree)
{
    public static CodeTree Parse(int number, WireFile file, byte[] text, CSharpParseOptions options)
    {
        var source = SourceText.From(text, text.Length, Encoding.UTF8);
        return new CodeTree(number, file.IsTest, CSharpSyntaxTree.ParseText(source, options, file.Path));
    }
}
