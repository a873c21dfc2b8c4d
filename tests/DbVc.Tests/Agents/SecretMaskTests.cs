using System.Collections;
using System.Text;
using System.Text.Json;
using DbVc.Agents;
using Xunit;

namespace DbVc.Tests;

public sealed class SecretMaskTests
{
    private const string Canary = "Zx9Qw7canaryLm4";

    private static readonly SecretMask Mask = new([]);

    public static TheoryData<string> SecretTexts =>
    [
        $"postgres://app:{Canary}@db.example.com:5432/prod", $"mysql://root:p@ss/{Canary}@host/db", $"https://:{Canary}@host", $"redis://:{Canary}@[::1]:6379",
        $"amqp://a:b:{Canary}@h", $"Server=db;User Id=sa;Password={Canary};Encrypt=true", $"PWD={Canary};", $"pwd = '{Canary}'", $"password: {Canary}",
        $"--password={Canary} --verbose", $"PGPASSWORD={Canary} psql", $"MYSQL_ROOT_PASSWORD={Canary}", $"\"password\": \"{Canary}\"",
        $"'passwd' : '{Canary}'", $"\"db_password\":\"a b {Canary}\"", $"{{\\\"password\\\": \\\"{Canary}\\\"}}", $"\"password\":\"x\\\"{Canary}\"",
        $"https://api.example.com/v1?key={Canary}&page=2", $"?api_key={Canary}", $"?apiKey={Canary}", $"access-key: {Canary}", $"client_secret={Canary}",
        $"refresh_token={Canary}", $"\"access_token\":\"{Canary}\"", $"token = \"{Canary}\"", $"X-Auth-Token: {Canary}", $"AccountKey={Canary}==;",
        $"aws_secret_access_key = {Canary}/abc+def", $"private_key: {Canary}", $"Authorization: Bearer {Canary}", $"authorization: basic {Canary}=",
        $"sk-{Canary}", $"sk-proj-{Canary}_x-y", $"sk-ant-api03-{Canary}", "AKIAZX9QW7CANARYLM4A".Replace("CANARY", Canary.ToUpperInvariant()),
        $"ghp_{Canary}{Canary}", $"github_pat_{Canary}{Canary}", $"xoxb-123-{Canary}", $"AIza{Canary}{Canary}", $"glpat-{Canary}_1",
        $"eyJhbGciOiJIUzI1NiJ9.{Canary}.{Canary}",
        $"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n{Canary}\n-----END RSA PRIVATE KEY-----",
        $"-----BEGIN OPENSSH PRIVATE KEY-----\\n{Canary}\\n-----END OPENSSH PRIVATE KEY-----",
        $"-----BEGIN PRIVATE KEY-----\nMIIE\n{Canary} and the end is cut", $"passphrase={Canary}", $"credentials: {Canary}",
    ];

    public static TheoryData<string> HarmlessTexts =>
    [
        """{"id":{"type":"integer","primary_key":true,"nullable":false}}""", "select key, value from t where key in (1, 2)", "foreign key: customer_id",
        "https://customers.example.com:8080/v1/people?page=2", "mail ada@example.com about it", "max_tokens: 500", "the tokens 12 were counted",
        "12:30:05 2026-12-31", "var monkey = zoo[3];", "keyword=x", "risk-adjusted", "desk-lamp-of-the-office", "a Basic idea", "no secrets here",
        "{\"password\":\"\",\"user\":\"app\"}",
        "0123456789abcdef0123456789abcdef01234567", "primary_key=id",
    ];

    [Theory]
    [MemberData(nameof(SecretTexts))]
    public void A_secret_does_not_survive(string text)
    {
        foreach (var surrounded in new[] { text, $"see {text} there", JsonSerializer.Serialize(new { inner = text }) })
        {
            Assert.DoesNotContain(Canary, Mask.Mask(surrounded), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [MemberData(nameof(HarmlessTexts))]
    public void Ordinary_text_stays_as_it_is(string text) => Assert.Equal(text, Mask.Mask(text));

    [Fact]
    public void What_surrounds_a_secret_stays_readable()
    {
        Assert.Equal("postgres://app:***@db/prod?sslmode=require", Mask.Mask("postgres://app:hunter2@db/prod?sslmode=require"));
        Assert.Equal("Server=db;Password=***;Encrypt=true", Mask.Mask("Server=db;Password=hunter2;Encrypt=true"));
        Assert.Equal("""{"password":"***","user":"app"}""", Mask.Mask("""{"password":"hunter2","user":"app"}"""));
    }

    [Fact]
    public void Values_of_secret_variables_are_hidden_in_every_spelling()
    {
        var mask = SecretMask.FromVariables(new Hashtable
        {
            ["OPENAI_API_KEY"] = "plain words/with+signs",
            ["MY_TOKEN"] = "short",
            ["DB_PASSWORD"] = "quote\"inside",
            ["HOME"] = "/home/somebody",
        });
        Assert.Equal("***|***|***|***|short|/home/somebody",
            mask.Mask("plain words/with+signs|plain%20words%2Fwith%2Bsigns|quote\"inside|quote\\u0022inside|short|/home/somebody"));
    }

    [Fact]
    public void Json_is_masked_by_name_and_by_value()
    {
        var before = """{"password":"x1","pin":{"apiKey":"y","note":"sk-abcdefghijkl"},"list":["postgres://a:b@c",1,null,true],"token":7,"""
            + "\"schema\":{\"password\":{\"type\":\"string\"}}}";
        var after = """{"password":"***","pin":{"apiKey":"***","note":"***"},"list":["postgres://a:***@c",1,null,true],"token":"***","""
            + "\"schema\":{\"password\":{\"type\":\"string\"}}}";
        using var document = JsonDocument.Parse(before);
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Mask.Write(writer, document.RootElement);
        Assert.Equal(after, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Theory]
    [InlineData("://a:")]
    [InlineData("password=\"\\")]
    [InlineData("-----BEGIN A-----")]
    [InlineData("key=")]
    [InlineData("eyJaaaaaaaaa.")]
    [InlineData("sk-")]
    public void A_hostile_text_ends_masked_and_does_not_hang(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length)) + $" password={Canary}";
        Assert.DoesNotContain(Canary, Mask.Mask(text));
    }

    [Fact]
    public void Masking_twice_changes_nothing_more()
    {
        foreach (var text in SecretTexts.Select(row => row.Data))
        {
            var once = Mask.Mask(text);
            Assert.Equal(once, Mask.Mask(once));
        }
    }

    [Theory]
    [InlineData("postgres://app:hunter2@db/prod", true)]
    [InlineData("-----BEGIN PRIVATE KEY-----", true)]
    [InlineData("AKIAIOSFODNN7EXAMPLE", true)]
    [InlineData("{\"password\":\"string\"}", false)]
    [InlineData("http://api:8080/users?notify=a@example.com", false)]
    [InlineData("postgres://app:${PASSWORD}@db/prod", false)]
    [InlineData("postgres://app:***@db/prod", false)]
    [InlineData("postgres://app@db/prod", false)]
    public void Only_what_can_be_nothing_else_is_reported_as_a_secret(string text, bool expected) => Assert.Equal(expected, SecretMask.HoldsSecret(text));
}
