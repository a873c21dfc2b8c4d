using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Addresses of servers are read strictly, written without password, and never repeated in a failure.</summary>
public sealed class ServerAddressTests : IDisposable
{
    private const string Secret = "Hunter2Hunter2";

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-address-").FullName;

    [Theory]
    [InlineData("postgres://ann@db.example:5433/shop", "postgres://ann@db.example:5433/shop")]
    [InlineData("postgresql://ann@db.example/shop", "postgres://ann@db.example/shop")]
    [InlineData("MariaDB://ann@db.example/shop", "mysql://ann@db.example/shop")]
    [InlineData("mysql:///shop", "mysql:///shop")]
    [InlineData("mysql://ann@/shop?socket=/run/my.sock", "mysql://ann@/shop?socket=/run/my.sock")]
    [InlineData("postgres://[2001:DB8::1]:5432/shop", "postgres://[2001:db8::1]:5432/shop")]
    [InlineData("postgres://ann:@db.example", "postgres://ann@db.example")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/shop", "postgres://ann@db.example/shop")]
    [InlineData("postgres://ann@db.example/shop?password=Hunter2Hunter2&sslmode=verify-full", "postgres://ann@db.example/shop?sslmode=verify-full")]
    [InlineData("postgres://ann@db.example/shop?sslmode=require&connect_timeout=5", "postgres://ann@db.example/shop?connect_timeout=5&sslmode=require")]
    [InlineData("postgres://a%40b:x%3Ay@db.example/my%20shop%2F%3F", "postgres://a%40b@db.example/my%20shop%2F%3F")]
    [InlineData("postgres://ann:${PW}@db.example/shop", "postgres://ann@db.example/shop?password_env=PW")]
    [InlineData("postgres://${WHO}@${WHERE}:${PORT}/${WHICH}", "postgres://eve%40home@db.example:6000/a%2Fb")]
    [InlineData("postgres://žofie@db.example/obchod", "postgres://%C5%BEofie@db.example/obchod")]
    public void An_address_is_written_in_one_way_and_without_password(string text, string written)
    {
        var address = ServerAddress.Parse(text, Variables);
        Assert.Equal(written, address.ToString());
        Assert.Equal(address, ServerAddress.Parse(written, Variables));
    }

    [Theory]
    [InlineData("postgres://ann:Hunter2@Hunter2@db.example/shop")]
    [InlineData("postgres://ann:Hunter2/Hunter2@db.example/shop")]
    [InlineData("postgres://ann:12/Hunter2Hunter2@db.example/shop")]
    [InlineData("postgres://ann:12?Hunter2Hunter2@db.example/shop")]
    [InlineData("postgres://ann:Hunter2?Hunter2@db.example/shop")]
    [InlineData("postgres://ann:Hunter2#Hunter2@db.example/shop")]
    [InlineData("postgres://ann:Hunter2 Hunter2@db.example/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2%@db.example/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2%FF@db.example/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2%00@db.example/shop")]
    [InlineData("postgres://ann:x${PW}@db.example/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example:port/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example:70000/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2@[::1/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2@[nothing]/shop")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/shop?pasword=Hunter2Hunter2")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/shop?Hunter2Hunter2")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/shop?sslmode=Hunter2Hunter2")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/shop?socket=a&socket=b")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/${MISSING}")]
    [InlineData("postgres://ann:Hunter2Hunter2@db.example/${PW")]
    [InlineData("oracle://ann:Hunter2Hunter2@db.example/shop")]
    [InlineData("Hunter2:Hunter2://ann@db.example/shop")]
    public void What_cannot_be_read_is_said_without_repeating_it(string text)
    {
        var failure = Assert.Throws<DbVcException>(() => ServerAddress.Parse(text, Variables));
        Assert.Contains(failure.Code, new[] { "database.address", "database.engine" });
        Assert.DoesNotContain("Hunter2", $"{failure.Message} {failure.Where} {failure.Hint} {failure}");
        Assert.NotNull(failure.Hint);
    }

    [Fact]
    public void Any_address_is_read_back_as_it_was_written_and_never_shows_its_password()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 2000; i++)
        {
            var (user, database, file) = (RandomText(random), RandomText(random), RandomText(random));
            var password = Secret + RandomText(random);
            var text = $"{(random.Next(2) == 0 ? "postgres" : "mysql")}://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@host-{i}:{1 + i}/"
                + $"{Uri.EscapeDataString(database)}?password_file={Uri.EscapeDataString(file)}";
            var address = ServerAddress.Parse(text, Variables);
            Assert.True((user, password, database, file) == (address.User, address.TypedPassword, address.Database, address.Option("password_file")),
                $"seed {seed}: {text}");
            Assert.True(!address.ToString().Contains(Secret, StringComparison.Ordinal), $"seed {seed}: {address}");
            Assert.True(address == ServerAddress.Parse(address.ToString(), Variables), $"seed {seed}: {address}");
        }
    }

    [Fact]
    public void Damaged_addresses_never_end_in_anything_but_a_failure_without_the_password()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        const string Good = "postgres://ann:Hunter2Hunter2@db.example:5432/shop?sslmode=require&password_file=/x/y";
        const string Signs = ":/?#@%${}[]=& \0\n\\'\"é";
        for (var i = 0; i < 5000; i++)
        {
            var text = new System.Text.StringBuilder(Good);
            for (var n = random.Next(1, 4); n > 0; n--) text.Insert(random.Next("postgres://".Length, text.Length), Signs[random.Next(Signs.Length)]);
            try
            {
                var address = ServerAddress.Parse(text.ToString(), Variables);
                Assert.True(!(address.User + address.Host).Contains("Hunter2Hunter2", StringComparison.Ordinal), $"seed {seed}: {text}");
            }
            catch (DbVcException failure)
            {
                Assert.True(!$"{failure.Message} {failure.Where} {failure.Hint}".Contains("Hunter2", StringComparison.Ordinal), $"seed {seed}: {text}");
            }
        }
    }

    [Theory]
    [InlineData("postgres://ann:typed@h/shop?password_env=PW", "typed")]
    [InlineData("postgres://ann@h/shop?password_env=PW", "from variable")]
    [InlineData("postgres://ann@h/shop?password_file=FILE", "from file")]
    [InlineData("postgres://ann@h/shop", "pg")]
    [InlineData("mysql://ann@h/shop", "my")]
    public void The_password_comes_from_where_the_address_says_and_else_from_the_engines_own_place(string text, string password)
    {
        var file = Path.Combine(_folder, "pass word");
        File.WriteAllText(file, "from file\n");
        var address = ServerAddress.Parse(text.Replace("FILE", Uri.EscapeDataString(file), StringComparison.Ordinal), Variables);
        Assert.Equal(password, address.ReadPassword(Variables));
    }

    [Theory]
    [InlineData("*:*:*:*:any", "any")]
    [InlineData("h:5432:shop:bob:no\nh:5432:shop:ann:with\\:colon and : more", "with:colon and : more")]
    [InlineData("# h:5432:shop:ann:comment\nh:5433:shop:ann:other port", null)]
    public void The_list_of_passwords_of_PostgreSQL_is_understood(string lines, string? password)
    {
        var file = Path.Combine(_folder, "list");
        File.WriteAllText(file, lines);
        Assert.Equal(password, ServerAddress.Parse("postgres://ann@h/shop").ReadPassword(name => name == "PGPASSFILE" ? file : null));
    }

    [Theory]
    [InlineData("postgres://ann@h/shop?password_env=UNSET", "UNSET")]
    [InlineData("postgres://ann@h/shop?password_file=/nowhere/at/all", "/nowhere/at/all")]
    public void A_password_that_is_not_where_it_should_be_is_an_error_that_names_the_place(string text, string place)
    {
        var failure = Assert.Throws<DbVcException>(() => ServerAddress.Parse(text).ReadPassword(_ => null));
        Assert.Equal("database.password", failure.Code);
        Assert.Contains(place, failure.Message + failure.Where);
    }

    [Theory]
    [InlineData("shop.db", "sqlite")]
    [InlineData("/srv/a:b/shop.db", "sqlite")]
    [InlineData("postgresql://h/shop", "postgres")]
    [InlineData("mariadb://h/shop", "mysql")]
    public void A_location_tells_its_engine(string location, string engine) => Assert.Equal(engine, DatabaseEngines.EngineOf(location));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string? Variables(string name) => name switch
    {
        "PW" => "from variable",
        "WHO" => "eve@home",
        "WHERE" => "db.example",
        "PORT" => "6000",
        "WHICH" => "a/b",
        "PGPASSWORD" => "pg",
        "MYSQL_PWD" => "my",
        _ => null,
    };

    private static string RandomText(Random random)
    {
        const string Letters = "abcXYZ019 -_.~!*'();:@&=+$,/?#[]%\"\\{}|^`<>äß漢🙂";
        var text = new System.Text.StringBuilder("x");
        for (var n = random.Next(12); n > 0; n--)
        {
            var at = random.Next(Letters.Length);
            if (char.IsSurrogate(Letters[at])) text.Append("🙂");
            else text.Append(Letters[at]);
        }

        return text.ToString();
    }
}
