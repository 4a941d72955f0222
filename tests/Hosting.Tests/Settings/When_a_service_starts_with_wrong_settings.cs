using LeadSync.MinimalService;
using LeadSync.Testing;
using Microsoft.Extensions.Options;

namespace LeadSync.Hosting.Tests.Settings;

/// <summary>A service whose settings each test spoils before it starts it.</summary>
public sealed class UnstartedService() : ServiceUnderTest<MinimalOptions>("minimal")
{
    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;
}

public sealed class When_a_service_starts_with_wrong_settings
{
    private static readonly string WeakKey = Convert.ToBase64String(new byte[31]);

    [Theory]
    [InlineData("LEADSYNC_SERVICE_KEY", "")]
    [InlineData("LEADSYNC_SERVICE_KEY", "not base64")]
    [InlineData("LEADSYNC_SERVICE_KEY", "weak")]
    [InlineData("LEADSYNC_RABBITMQ", "")]
    [InlineData("LEADSYNC_RABBITMQ", "broker.example")]
    [InlineData("LEADSYNC_RABBITMQ", "http://broker.example")]
    [InlineData("LEADSYNC_RABBITMQ_MANAGEMENT", "broker.example:15672")]
    [InlineData("LEADSYNC_POSTGRES", "")]
    [InlineData("LEADSYNC_POSTGRES", "nonsense")]
    [InlineData("Database:Create", "perhaps")]
    [InlineData("Minimal:Most", "0")]
    public async Task It_stops_at_once_and_names_the_setting(string key, string value)
    {
        var service = new UnstartedService();
        service.Settings[key] = value == "weak" ? WeakKey : value;

        var fault = await Should.ThrowAsync<OptionsValidationException>(service.StartAsync);

        fault.Message.ShouldContain(key);
    }
}
