using LeadSync.MinimalService;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LeadSync.Hosting.Tests.Settings;

public sealed class When_a_setting_is_wrong
{
    [Theory]
    [InlineData("Minimal:Most", "0", "Minimal:Most", "between 1 and 500")]
    [InlineData("Minimal:Most", "501", "Minimal:Most", "between 1 and 500")]
    [InlineData("Minimal:Most", "many", "Minimal:Most", "between 1 and 500")]
    [InlineData("Minimal:Most", "1.5", "Minimal:Most", "between 1 and 500")]
    [InlineData("Minimal:Patience", "00:00:00", "Minimal:Patience", "between 00:00:01 and 01:00:00")]
    [InlineData("Minimal:Patience", "5 minutes", "Minimal:Patience", "between 00:00:01 and 01:00:00")]
    [InlineData("Minimal:Greeting", "", "Minimal:Greeting", "required")]
    [InlineData("Minimal:Mots", "5", "Minimal:Mots", "unknown")]
    [InlineData("Minimal:Most:Nested", "5", "Minimal:Most", "between 1 and 500")]
    public void The_service_does_not_start_and_says_which_and_what_it_may_be(
        string key,
        string value,
        string namedKey,
        string allowed
    )
    {
        var fault = Should.Throw<OptionsValidationException>(() => Add((key, value)));

        fault.Message.ShouldContain($"'{namedKey}'");
        fault.Message.ShouldContain(allowed);
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var fault = Should.Throw<OptionsValidationException>(() =>
            Add(("Minimal:Most", "0"), ("Minimal:Mots", "5"), ("Minimal:Patience", "long"))
        );

        fault.Failures.Count().ShouldBe(3);
    }

    [Fact]
    public void Good_ones_are_bound_and_the_others_keep_their_defaults()
    {
        var options = Add(("minimal:most", "7"));

        options.Most.ShouldBe(7);
        options.Patience.ShouldBe(TimeSpan.FromSeconds(10));
    }

    private static MinimalOptions Add(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.AddSettings<MinimalOptions>("Minimal");
        return builder.Build().Services.GetRequiredService<MinimalOptions>();
    }
}
