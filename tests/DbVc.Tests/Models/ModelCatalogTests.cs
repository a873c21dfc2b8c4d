using DbVc.Model;
using DbVc.Models;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class ModelCatalogTests
{
    private const string Work = """
        llm:
          providers:
            work: {protocol: openai, base_url: "http://127.0.0.1:8000/v1", model: qwen, key: WORK_KEY}
            free: {protocol: openai, base_url: "http://10.0.0.7:11434/v1", model: "llama3.1:8b"}
            far: {protocol: openai, base_url: "http://llm.example/v1", model: m, key: WORK_KEY}
            own: {protocol: openai, base_url: "http://llm.example/v1", model: m, key: WORK_KEY, plain: true}
            azure: {protocol: openai, base_url: "https://x.openai.azure.com/d", model: d, key: BAD_KEY, key_header: api-key, api_version: "2024-10-21"}
            openai: {model: gpt-x}
            anthropic: {base_url: "https://proxy.example"}
        """;

    [Theory]
    [InlineData("work", "work/qwen")]
    [InlineData("work/qwen2:72b", "work/qwen2:72b")]
    [InlineData("work/org/model", "work/org/model")]
    [InlineData("free", "free/llama3.1:8b")]
    [InlineData("own", "own/m")]
    [InlineData("openai", "openai/gpt-x")]
    [InlineData("anthropic/claude-x", "anthropic/claude-x")]
    [InlineData("far", "model.plain-key")]
    [InlineData("azure", "model.key-missing")]
    [InlineData("anthropic", "model.unknown")]
    [InlineData("work/", "model.unknown")]
    [InlineData("work/a b", "model.unknown")]
    [InlineData("gpt-4", "model.unknown")]
    [InlineData("", "model.unknown")]
    public void A_model_is_found_by_the_name_of_its_provider_or_said_to_be_unknown(string name, string expected)
    {
        var settings = Configuration.Parse(Work, "config.yaml").Llm;
        var catalog = new ModelCatalog(settings, new ModelOptions(TimeProvider.System)
        {
            Variable = v => v switch { "WORK_KEY" or "OPENAI_API_KEY" => "k-123456", "BAD_KEY" => "two words", _ => null },
        });
        string came;
        try
        {
            came = catalog.Find(name).Name;
        }
        catch (DbVcException failure)
        {
            came = failure.Code;
            Assert.DoesNotContain("two words", $"{failure.Message} {failure.Hint}", StringComparison.Ordinal);
        }

        Assert.Equal(expected, came);
    }

    [Fact]
    public void A_key_does_not_follow_a_provider_to_another_host()
    {
        var anthropic = Configuration.Parse(Work, "config.yaml").Llm.Providers.Single(p => p.Name == "anthropic");
        Assert.Null(anthropic.KeyVariable);
        var openai = Configuration.Parse(Work, "config.yaml").Llm.Providers.Single(p => p.Name == "openai");
        Assert.Equal(("OPENAI_API_KEY", new Uri("https://api.openai.com/v1")), (openai.KeyVariable, openai.BaseUrl));
    }

    [Theory]
    [InlineData("work: {}", "says no protocol")]
    [InlineData("work: {protocol: gemini}", "'gemini' is no protocol; it is one of openai, anthropic")]
    [InlineData("builtin: {protocol: openai}", "cannot be the name of a provider")]
    [InlineData("Work: {protocol: openai}", "cannot be the name of a provider")]
    [InlineData("work: {protocol: openai, key: sk-Hunter2Hunter2}", "is not the name of an environment variable")]
    [InlineData("work: {protocol: openai, base_url: \"https://ann:Hunter2@h/v1\"}", "holds a user or password")]
    [InlineData("work: {protocol: openai, base_url: \"https://h/v1?key=Hunter2\"}", "goes on after the path")]
    [InlineData("work: {protocol: openai, base_url: \"Hunter2\"}", "is no address")]
    [InlineData("work: {protocol: openai, base_url: \"file:///Hunter2\"}", "is no address")]
    [InlineData("work: {protocol: openai, url: x}", "there is no key 'llm.providers.work.url'")]
    [InlineData("work: {protocol: openai, strict: maybe}", "'maybe' is none of true, false")]
    [InlineData("work: openai", "must be a list of keys")]
    public void A_slip_is_named_with_its_line_and_no_secret_is_repeated(string provider, string said)
    {
        var failure = Assert.Throws<DbVcException>(() => Configuration.Parse($"llm:\n  providers:\n    {provider}\n", "config.yaml"));
        Assert.Equal(("config.invalid", "config.yaml:3"), (failure.Code, failure.Where));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Hunter2", $"{failure.Message} {failure.Hint}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retries: -1")]
    [InlineData("retries: 21")]
    [InlineData("timeout_seconds: 0")]
    [InlineData("idle_seconds: soon")]
    [InlineData("max_output_tokens: 0")]
    [InlineData("proxy: nowhere")]
    [InlineData("prices: {}")]
    public void A_setting_that_makes_no_sense_is_refused(string line) =>
        Assert.Equal("config.invalid", Assert.Throws<DbVcException>(() => Configuration.Parse($"llm:\n  {line}\n", "config.yaml")).Code);
}
