using System.Diagnostics;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Generated projects are built and tested with the SDK, as a user would in an IDE.</summary>
public sealed class GeneratedProjectTests
{
    /// <summary>Building takes seconds, so these stand for the 25; all of them are compiled and tested in the worker.</summary>
    public static TheoryData<string, string> Samples => new()
    {
        { "seed", GeneratedCode.Metadata("02-seed-long.json") },
        { "hostile", GeneratedCode.Metadata("04-hostile.json") },
        { "filters", GeneratedCode.Metadata("05-filters.json") },
        { "documents", GeneratedCode.Metadata("06-documents.json") },
        { "dialect", GeneratedCode.Metadata("07-dialect.json") },
        { "vocabulary", VocabularyMetadata.Everything() },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_generated_project_builds_without_warnings_and_passes_its_tests(string name, string metadata)
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-generated-");
        try
        {
            var spec = MetadataReader.Read(metadata, name);
            var options = new GeneratorOptions { RuntimePath = typeof(CsvReader).Assembly.Location };
            foreach (var file in CSharpGenerator.Generate(spec, options))
            {
                var path = Path.Combine(folder.FullName, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, file.Text);
            }

            var tests = Path.Combine(folder.FullName, "tests");
            var (buildCode, build) = Run(tests, "build", "-warnaserror", "-nologo", "-nodeReuse:false");
            Assert.True(buildCode == 0, build);
            Assert.Contains("0 Warning(s)", build, StringComparison.Ordinal);
            var (testCode, output) = Run(tests, "test", "--no-build");
            Assert.True(testCode == 0, output);
            Assert.Contains("failed: 0", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (int Code, string Output) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
