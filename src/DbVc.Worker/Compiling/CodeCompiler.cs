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

        var blobs = new ReadOnlyMemory<byte>[4];
        var coverage = new WireCoverage([], [], []);
        if (errors.Count == 0)
        {
            var pipeline = CSharpCompilation.Create(
                request.AssemblyName, files.Where(file => !file.IsTest).Select(file => file.Tree), References.ForPipeline, Options);
            errors.AddRange(Emit(pipeline, out blobs[0], out blobs[1]));
        }
        if (errors.Count == 0 && files.Exists(file => file.IsTest))
            coverage = EmitInstrumented(request.AssemblyName, files, out blobs[2], out blobs[3]);
        if (errors.Count > 0)
            Array.Clear(blobs);
        return (new CompileReply(Findings.InOrder(errors), Findings.InOrder(lint), Findings.InOrder(security), coverage), blobs);
    }

    /// <summary>
    /// Branch probes are left out when they keep the code from compiling: definite assignment through a condition can be too clever for them.
    /// </summary>
    private static WireCoverage EmitInstrumented(string name, List<CodeTree> files, out ReadOnlyMemory<byte> assembly, out ReadOnlyMemory<byte> symbols)
    {
        List<WireFinding> errors = [];
        foreach (var withBranches in (bool[])[true, false])
        {
            var probes = new ProbeList();
            var trees = files.Select(file => file.IsTest ? file.Tree : CoverageRewriter.Rewrite(file, probes, withBranches, ParseOptions)).ToList();
            trees.Add(probes.ToTree(ParseOptions));
            var instrumented = CSharpCompilation.Create(name, trees, References.ForTests, Options);
            errors = Emit(instrumented, out assembly, out symbols);
            if (errors.Count == 0)
                return probes.ToCoverage();
        }
        throw new InvalidOperationException($"The instrumented code does not compile: {errors[0].Message} ({errors[0].File}:{errors[0].Line})");
    }

    private static List<WireFinding> Emit(CSharpCompilation compilation, out ReadOnlyMemory<byte> assembly, out ReadOnlyMemory<byte> symbols)
    {
        using var assemblyStream = new MemoryStream();
        using var symbolStream = new MemoryStream();
        var result = compilation.Emit(assemblyStream, symbolStream, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        assembly = result.Success ? assemblyStream.ToArray() : default;
        symbols = result.Success ? symbolStream.ToArray() : default;
        return result.Success ? [] : [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(Findings.FromCompiler)];
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
