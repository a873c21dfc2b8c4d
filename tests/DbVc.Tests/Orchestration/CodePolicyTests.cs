using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>What people allow generated code beyond the vocabulary: by name, with a reason, for a time, and never a way out.</summary>
public sealed class CodePolicyTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("System.Security.Cryptography.SHA256", "System.Security.Cryptography.SHA256.HashData", "security.cryptography", true)]
    [InlineData("System.Security.Cryptography.SHA256.HashData", "System.Security.Cryptography.SHA256.HashData", "security.cryptography", true)]
    [InlineData("System.Security.Cryptography.SHA256", "System.Security.Cryptography.SHA256Managed.Create", "security.cryptography", false)]
    [InlineData("System.Security.Cryptography.SHA256.HashData", "System.Security.Cryptography.SHA256.Create", "security.cryptography", false)]
    [InlineData("System.Diagnostics.Process", "System.Diagnostics.Process.Start", "security.process", false)]
    [InlineData("System.Net.Sockets.Socket", "System.Net.Sockets.Socket", "security.network", false)]
    [InlineData("System.IO.File", "System.IO.File.ReadAllText", "security.file", false)]
    [InlineData("System.Activator", "System.Activator.CreateInstance", "security.reflection", false)]
    public void A_name_is_allowed_with_its_members_and_no_way_out_is(string allowed, string used, string rule, bool isExcused)
    {
        var result = Apply($"allow: [{{ api: {allowed}, reason: 'Keys are hashed.' }}]", used, rule);
        Assert.Equal(isExcused ? 0 : 1, result.Security.Count);
        if (allowed != "System.Security.Cryptography.SHA256" && used.StartsWith(allowed, StringComparison.Ordinal) && !isExcused)
            Assert.Equal("not allowed policy.yaml:1 names it in vain: what reaches that cannot be allowed.", result.Security[0].Message);
        if (isExcused) Assert.Equal($"{used} is allowed by policy.yaml: Keys are hashed.", Assert.Single(result.Excused).Message);
    }

    [Theory]
    [InlineData("2026-02-28", false)]
    [InlineData("2026-03-01", true)]
    public void A_permission_ends_with_its_day(string until, bool isExcused) => Assert.Equal(isExcused,
        Apply($"allow: [{{ api: System.GC.Collect, reason: r, until: {until} }}]", "System.GC.Collect", "security.environment").Security.Count == 0);

    [Fact]
    public void An_entry_whose_day_is_over_is_named_with_its_line()
    {
        const string Policy = "allow:\n  - { api: System.GC, reason: r, until: 2026-03-01 }\n"
            + "  - { api: System.Environment.NewLine, reason: r, until: 2026-02-28 }\n";
        Assert.Equal("policy.yaml:3 allowed System.Environment.NewLine until 2026-02-28. Give it another day, or remove it.",
            Assert.Single(CodePolicy.Parse(Policy, "policy.yaml").FindExpired(s_now)));
        Assert.Equal("not allowed policy.yaml:3 allowed System.Environment.NewLine until 2026-02-28.",
            Assert.Single(Apply(Policy, "System.Environment.NewLine", "security.environment").Security).Message);
    }

    [Theory]
    [InlineData("allow: [{ api: System.GC.Collect }]", "System.GC.Collect has no reason")]
    [InlineData("allow: [{ api: SHA256, reason: r }]", "no type or member with its namespace")]
    [InlineData("allow: [{ api: System.*, reason: r }]", "no type or member with its namespace")]
    [InlineData("allow: [{ api: System.GC, reason: r, until: soon }]", "'soon' is no day")]
    [InlineData("allow: [{ api: System.GC, reason: r, forever: true }]", "there is no key 'forever'")]
    [InlineData("deny: []", "there is no list 'deny'")]
    [InlineData("- x", "it is no list of keys")]
    public void A_slip_is_named_with_its_line(string text, string expected)
    {
        var failure = Assert.Throws<DbVcException>(() => CodePolicy.Parse(text, "policy.yaml"));
        Assert.Equal("policy.invalid", failure.Code);
        Assert.Contains(expected, failure.Message);
        Assert.StartsWith("policy.yaml:", failure.Where);
    }

    private static CompileResult Apply(string policy, string symbol, string rule) => CodePolicy.Parse(policy, "policy.yaml").Apply(
        new CompileResult([], [], [new CodeFinding(rule, true, "generated/A.cs", 1, 1, "not allowed") { Symbol = symbol }], null), s_now);
}
