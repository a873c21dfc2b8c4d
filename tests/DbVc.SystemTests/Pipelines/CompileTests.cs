using Xunit;

namespace DbVc.SystemTests;

public sealed class CompileTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private static readonly (string, string)[] CleanFiles =
        [("generated/Ingestion.cs", Samples.Ingestion), ("generated/Validators.cs", Samples.Validators), ("tests/ValidatorTests.cs", Samples.Tests)];

    [Fact]
    public void A_clean_pipeline_has_no_finding()
    {
        var result = worker.Compile(CleanFiles);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Lint);
        Assert.Empty(result.Security);
        Assert.True(result.Pipeline!.HasTests);
    }

    [Fact]
    public void The_same_code_gives_the_same_assembly() =>
        Assert.Equal(worker.CompileClean(CleanFiles).Assembly, worker.CompileClean(CleanFiles).Assembly);

    [Fact]
    public void An_error_names_file_line_and_column()
    {
        var result = worker.Compile(("generated/A.cs", "public class A\n{\n    int x = \"text\";\n}\n"));
        Assert.False(result.Succeeded);
        var error = Assert.Single(result.Errors);
        Assert.Equal(("CS0029", "generated/A.cs", 3, 13), (error.Rule, error.File, error.Line, error.Column));
    }

    [Fact]
    public void An_error_in_a_test_is_an_error() =>
        Assert.Equal("tests/T.cs", worker.Compile(("generated/A.cs", "public class A;\n"), ("tests/T.cs", "class T : Missing;\n")).Errors.Single().File);

    [Fact]
    public void A_line_directive_does_not_move_a_finding() =>
        Assert.Equal(2, worker.Compile(("generated/A.cs", "#line 900 \"other.cs\"\nclass A { int x = \"\"; }\n")).Errors[0].Line);

    [Fact]
    public void Code_made_to_overwhelm_the_compiler_ends_in_a_finding_or_a_named_failure()
    {
        var depth = 20_000;
        var code = $"public class A {{ int x = {new string('(', depth)}1{new string(')', depth)}; }}\n";
        using var session = Pipelines.WorkerSession.Start(WorkerFixture.Options);
        try
        {
            Assert.NotEmpty(session.Compile("Sample", [new("A.cs", code, false)], TestContext.Current.CancellationToken).Errors);
        }
        catch (Model.DbVcException error)
        {
            Assert.StartsWith("worker.", error.Code, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, string> Lint => new()
    {
        { "lint.unused-using", "using System.Text;\n\npublic class A;\n" },
        { "CS0219", Method("var unused = 1;") },
        { "CS8602", Method("string? text = null;\n        _ = text.Length;") },
        { "lint.format", Method("  _ = 1;") },
        { "lint.format", "public class A {\n    public int B;\n}\n" },
        { "lint.format", "public class A; \n" },
        { "lint.format", "public class A;" },
        { "lint.long-method", Method(string.Join("\n        ", Enumerable.Range(0, 80).Select(i => $"_ = {i};"))) },
        { "lint.complex-method", Method(string.Join("\n        ", Enumerable.Range(0, 20).Select(i => $"if (Equals({i}, 1))\n            return;"))) },
        { "lint.empty-catch", Method("try\n        {\n            _ = 1;\n        }\n        catch\n        {\n        }") },
        { "lint.name", "public class lower;\n" },
        { "lint.pragma", "#pragma warning disable\npublic class A;\n" },
    };

    [Theory]
    [MemberData(nameof(Lint))]
    public void Lint_finds(string rule, string code)
    {
        var result = worker.Compile(("generated/A.cs", code));
        Assert.Contains(rule, result.Lint.Select(finding => finding.Rule));
    }

    public static TheoryData<string, string> Security => new()
    {
        { "security.file", Method("_ = System.IO.File.ReadAllText(\"x\");") },
        { "security.file", Method("_ = new System.IO.StreamReader(\"x\");") },
        { "security.file", Method("using System.IO.StreamReader reader = new(\"x\");") },
        { "security.file", "using F = System.IO.File;\n\npublic class A\n{\n    public bool B => F.Exists(\"x\");\n}\n" },
        { "security.file", "using static System.IO.Directory;\n\npublic class A\n{\n    public bool B => Exists(\"x\");\n}\n" },
        { "security.network", Method("_ = new System.Net.Http.HttpClient();") },
        { "security.network", Method("_ = new System.Net.Sockets.TcpClient();") },
        { "security.process", Method("System.Diagnostics.Process.Start(\"ls\");") },
        { "security.reflection", Method("_ = typeof(string).Assembly;") },
        { "security.reflection", Method("_ = \"\".GetType();") },
        { "security.reflection", Method("_ = System.Activator.CreateInstance<string>();") },
        { "security.reflection", Method("_ = System.Type.GetType(\"System.IO.File\");") },
        { "security.reflection", Method("System.Func<int> f = () => 1;\n        _ = f.Method;") },
        { "security.environment", Method("_ = System.Environment.MachineName;") },
        { "security.environment", Method("System.GC.Collect();") },
        { "security.interop", "public class A\n{\n    [System.Runtime.InteropServices.DllImport(\"libc\")]\n    public static extern int fork();\n}\n" },
        { "security.interop", Method("_ = System.Runtime.InteropServices.Marshal.AllocHGlobal(1);") },
        { "security.interop", Method("var x = 1;\n        _ = System.Runtime.CompilerServices.Unsafe.As<int, long>(ref x);") },
        { "security.interop", "public class A\n{\n    [System.Runtime.CompilerServices.ModuleInitializer]\n    public static void B() => _ = 1;\n}\n" },
        { "security.unsafe", "public class A\n{\n    public unsafe void B()\n    {\n        int* p = null;\n    }\n}\n" },
        { "security.dynamic", Method("dynamic x = 1;\n        _ = x + 1;") },
        { "security.thread", Method("new System.Threading.Thread(() => { }).Start();") },
        { "security.thread", Method("System.Threading.Tasks.Task.Run(() => 1);") },
        { "security.thread", "public class A\n{\n    public async void B()\n    {\n    }\n}\n" },
        { "security.thread", "public class A\n{\n    ~A()\n    {\n    }\n}\n" },
        { "security.thread", "using System.Linq;\n\npublic class A\n{\n    public object B => new[] { 1 }.AsParallel();\n}\n" },
        { "security.console", Method("System.Console.WriteLine();") },
        { "security.sql", Method("var name = Name();\n        _ = \"SELECT * FROM users WHERE name = '\" + name + \"'\";") },
        { "security.sql", Method("var name = Name();\n        _ = $\"DELETE FROM {name}\";") },
        { "security.sql", Method("var name = Name();\n        _ = string.Format(\"INSERT INTO t VALUES ({0})\", name);") },
        { "security.chance", Method("_ = System.DateTime.UtcNow;") },
        { "security.chance", Method("_ = System.DateTimeOffset.Now;") },
        { "security.chance", Method("_ = System.Guid.NewGuid();") },
        { "security.chance", Method("_ = System.Random.Shared.Next();") },
        { "security.sql", Method("_ = new System.Text.StringBuilder(\"DROP TABLE \").Append(Name());") },
        { "security.sql", Method("System.Text.StringBuilder text = new(\"DROP TABLE \");\n        _ = text.Append(Name());") },
        { "security.sql", Method("_ = new System.Text.StringBuilder().Append(\"DROP TABLE \").Append(Name());") },
        { "security.secret", Method("_ = \"AKIA\" + \"x\";\n        _ = \"AKIAABCDEFGHIJKLMNOP\";") },
        { "security.secret", Method("_ = \"Server=x;Password=hunter2\";") },
        { "security.secret", Method("_ = \"-----BEGIN RSA PRIVATE KEY-----\";") },
        { "security.secret", Method("_ = \"postgres://me:hunter2@host/db\";") },
        { "security.secret", Method("var password = \"hunter2\";\n        _ = password;") },
        { "security.api", Method("_ = System.TimeProvider.System;") },
    };

    [Theory]
    [MemberData(nameof(Security))]
    public void Security_finds(string rule, string code)
    {
        var result = worker.Compile(("generated/A.cs", code));
        Assert.Contains(rule, result.Security.Select(finding => finding.Rule));
        Assert.All(result.Security, finding => Assert.DoesNotContain("hunter2", finding.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("_ = \"SELECT a FROM b\";")]
    [InlineData("const string table = \"t\";\n        _ = \"SELECT a FROM \" + table;")]
    [InlineData("_ = $\"The name {Name()} is selected from a list.\";")]
    [InlineData("_ = \"The password is required.\";")]
    [InlineData("using var reader = new System.IO.StreamReader(System.IO.Stream.Null);")]
    [InlineData("_ = new System.Collections.Generic.List<int> { 1 }.Where(x => x > 0).ToList();")]
    [InlineData("_ = System.Text.RegularExpressions.Regex.IsMatch(\"a\", \"b\");")]
    [InlineData("_ = decimal.TryParse(\"1\", System.Globalization.CultureInfo.InvariantCulture, out var value);\n        _ = value;")]
    [InlineData("System.Span<byte> buffer = stackalloc byte[8];\n        buffer.Clear();")]
    public void Security_lets_pass(string statements)
    {
        var result = worker.Compile(("generated/A.cs", "using System.Linq;\n" + Method(statements)));
        Assert.Empty(result.Errors);
        Assert.Empty(result.Security);
    }

    private static string Method(string statements) =>
        $"using System;\n\npublic class A\n{{\n    public void B()\n    {{\n        {statements}\n    }}\n\n"
        + "    private static string Name() => DateTime.MinValue.ToString();\n}\n";
}
